-- A page of entries in order, each with its place by the event index and the nodes stored with it.
select e.seq, e.id, e.leaf, e.links, e.body, v.seq as indexed, d.hashes
from journal_entry e
left join journal_event v on v.id = e.id
left join journal_node d on d.seq = e.seq
where e.seq >= $1 and e.seq < $2
order by e.seq
