-- At most one row. No lock.
select 1 as known from idempotency where caller = $1 and key = $2
