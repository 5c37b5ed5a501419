-- At most $2 rows: promises on events after $1 in order, each with what is left of the event's entry; no number without one.
select p.event, p.note, v.seq, e.body, g.t_ms
from journal_promise p
left join journal_event v on v.id = p.event
left join journal_entry e on e.seq = v.seq and e.id = v.id
left join journal_pruned g on g.seq = v.seq
where p.event > $1
order by p.event
limit $2
