-- One row or none.
select v.id, v.seq, e.leaf, e.body
from journal_event v join journal_entry e on e.seq = v.seq and e.id = v.id
where v.id = $1
