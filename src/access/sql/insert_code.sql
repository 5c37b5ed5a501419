-- One row.
insert into code (id, contact_id, session_id, iin, address, salt, hash, made_at, expires_at, attempts, state, message_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 'open', $10)
