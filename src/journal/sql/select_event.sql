-- One row or none. Of a pruned entry there is no body, but its time.
select v.id, v.seq, coalesce(e.leaf, p.leaf) as leaf, e.body, p.t_ms
from journal_event v
left join journal_entry e on e.seq = v.seq and e.id = v.id
left join journal_pruned p on p.seq = v.seq
where v.id = $1 and (e.seq is not null or p.seq is not null)
