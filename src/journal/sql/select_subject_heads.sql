-- One row per subject that has entries: its newest run, and the leaf of the last entry of it.
select s.subject, s.n, s.entries, s.last, coalesce(e.leaf, p.leaf) as leaf
from journal_subject s
left join journal_entry e on e.seq = s.last
left join journal_pruned p on p.seq = s.last
where s.n = (select max(later.n) from journal_subject later where later.subject = s.subject) and s.subject in ($1)
