-- One row, or none when another worker was faster.
update message set taken_by = $2, taken_until = $3, attempts = attempts + 1
where id = $1 and state = 'waiting' and taken_until <= $4
returning id, channel, purpose, party, iin, session_id, address, mail_id, gateway_id, sha256, size_bytes, wrapped_key, sealed, state, made_at,
    give_up_at, attempts, last_reply, ended_at, event_id
