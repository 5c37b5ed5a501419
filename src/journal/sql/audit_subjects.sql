-- The runs of subjects that end among the entries from $1 to before $2, each with the run before it and the leaf of the last
-- entry of that.
select s.subject, s.n, s.last, s.entries, p.n as before_n, p.entries as before_entries,
    coalesce(e.leaf, x.leaf) as before_leaf
from journal_subject s
left join journal_subject p on p.subject = s.subject
    and p.n = (select max(q.n) from journal_subject q where q.subject = s.subject and q.n < s.n)
left join journal_entry e on e.seq = p.last
left join journal_pruned x on x.seq = p.last
where s.last >= $1 and s.last < $2
order by s.last, s.subject
