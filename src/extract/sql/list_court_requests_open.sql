-- The requests that may still be answered at $1, the oldest first. No lock.
select id, authority, reference, dated, ground, words, scope, received_at, due_at, state, recorded_by, recorded_at,
    decided_by, decided_at, reason
from court_request where state in ('recorded', 'approved') and due_at > $1 order by recorded_at, id
