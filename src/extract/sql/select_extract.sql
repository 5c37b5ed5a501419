-- At most one row. No lock.
select id, number, officer_iin, scope, ground, state, prepared_at, issued_at, wrapped_key, prepared_address,
    issued_address, event_id, court_request_id
from extract where id = $1
