-- One row, or none when the challenge was used before: it is good once.
insert into challenge (id, nonce, created_at, expires_at) values ($1, $2, $3, $4) on conflict (id) do nothing
