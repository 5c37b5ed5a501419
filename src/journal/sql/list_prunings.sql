-- At most $1 prunings, the newest first. No lock.
select id, first, past, ground, state, proposed_by, proposed_at, proposed_event, decided_by, decided_at, decided_event, reason
from pruning order by id desc limit $1
