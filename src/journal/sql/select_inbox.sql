-- The oldest waiting events in order, each with its place in the index if it has one. Locks nothing.
select i.position, i.id, i.body, (select v.seq from journal_event v where v.id = i.id) as place
from journal_inbox i
order by i.position
limit $1
