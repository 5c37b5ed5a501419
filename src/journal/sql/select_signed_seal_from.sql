-- The smallest seal of at least this size that the operator has signed: one row or none.
select s.event, s.day, s.size, s.root, s.subjects, s.map, g.cms
from journal_seal s join journal_seal_signature g on g.event = s.event
where s.size >= $1
order by s.size, s.event
limit 1
