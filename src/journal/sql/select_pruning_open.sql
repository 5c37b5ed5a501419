-- One row, or none when no pruning is open. No lock.
select id, first, past, ground, state, proposed_by, proposed_at, proposed_event, decided_by, decided_at, decided_event, reason
from pruning where is_open = 1
