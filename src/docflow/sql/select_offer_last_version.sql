-- One row: the newest version of one locked offer, 0 when there is none.
select coalesce(max(version), 0) as version, coalesce(max(in_force_from), 0) as in_force_from
from offer_version where offer_id = $1
