-- The subject index of a page of entries, each row with the entry that its subject had before.
select s.subject, s.n, s.seq, p.seq as prev_seq, e.leaf as prev_leaf
from journal_subject s
left join journal_subject p on p.subject = s.subject and p.n = s.n - 1
left join journal_entry e on e.seq = p.seq
where s.seq >= $1 and s.seq < $2
order by s.seq, s.subject
