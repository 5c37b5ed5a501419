-- At most one row: whether any upload has ended, or was left by a process that is gone. No lock.
select 1 as due from upload where ends_at <= $1 or (finished_at is null and seen_at < $2) limit 1
