-- One row.
insert into session (token_sha256, id, iin, party, certificate_sha256, created_at, expires_at, mac)
values ($1, $2, $3, $4, $5, $6, $7, $8)
