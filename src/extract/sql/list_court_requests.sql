-- At most $1 requests, the newest first. No lock.
select id, authority, reference, dated, ground, words, scope, received_at, due_at, state, recorded_by, recorded_at,
    decided_by, decided_at, reason
from court_request order by recorded_at desc, id desc limit $1
