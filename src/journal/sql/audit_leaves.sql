-- A page of entries in order, each with the nodes stored with it.
select e.seq, e.leaf, e.body, d.hashes
from journal_entry e
left join journal_node d on d.seq = e.seq
where e.seq >= $1 and e.seq < $2
order by e.seq
