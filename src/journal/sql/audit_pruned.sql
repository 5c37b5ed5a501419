-- What is left of the pruned entries from $1 to before $2, in order, each with the nodes stored with it.
select p.seq, p.t_ms, p.leaf, d.hashes
from journal_pruned p
left join journal_node d on d.seq = p.seq
where p.seq >= $1 and p.seq < $2
order by p.seq
