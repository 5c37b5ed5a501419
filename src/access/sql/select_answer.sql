-- At most one row. No lock.
select request_sha256, object from idempotency where caller = $1 and key = $2
