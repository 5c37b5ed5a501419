-- The first seal of each day whose entry is in the log and which the operator has not signed, the oldest $1.
select s.event, s.day, s.size, s.root, s.subjects, s.map
from journal_seal s join journal_event v on v.id = s.event
where s.event = (select o.event from journal_seal o where o.day = s.day order by o.event limit 1)
    and not exists (select 1 from journal_seal_signature g where g.event = s.event)
order by s.event limit $1
