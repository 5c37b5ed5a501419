-- At most one row. No lock.
select id, authority, reference, dated, ground, words, scope, received_at, due_at, state, recorded_by, recorded_at,
    decided_by, decided_at, reason
from court_request where id = $1
