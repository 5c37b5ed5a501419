-- The versions of one offer, oldest first, with whether their publication is journaled. No lock.
select v.version, v.prevailing, v.in_force_from, v.published_at, v.event_id, e.seq
from offer_version v left join journal_place e on e.id = v.event_id where v.offer_id = $1 order by v.version
