-- One row; an idempotency key is used once by one caller.
insert into idempotency (caller, key, request_sha256, object, created_at) values ($1, $2, $3, $4, $5)
