-- One row.
insert into message (id, channel, purpose, party, iin, session_id, address, mail_id, sha256, size_bytes, wrapped_key, sealed,
    state, made_at, give_up_at, next_at, attempts, taken_until, event_id)
values ($1, $15, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', $12, $13, $12, 0, 0, $14)
