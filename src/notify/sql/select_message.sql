-- At most one row; no lock.
select id, channel, purpose, party, iin, session_id, address, mail_id, gateway_id, sha256, size_bytes, wrapped_key, sealed, state, made_at,
    give_up_at, attempts, last_reply, ended_at, event_id from message where id = $1
