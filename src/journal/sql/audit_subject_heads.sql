-- The first heads that contradict the index: expect none. A head past the audited size belongs to later entries.
select h.n, h.seq
from journal_subject_head h
left join journal_subject s on s.subject = h.subject and s.n = h.n
left join journal_subject later on later.subject = h.subject and later.n = h.n + 1
left join journal_entry e on e.seq = h.seq
where h.seq < $1
    and (s.seq is null or s.seq <> h.seq or e.leaf is null or e.leaf <> h.leaf or later.seq < $1)
order by h.seq
limit 1
