-- One row.
insert into challenge (id, nonce, created_at, expires_at) values ($1, $2, $3, $4)
