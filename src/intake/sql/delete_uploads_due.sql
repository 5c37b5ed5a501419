-- The uploads that have ended, or were left by a process that is gone: at most the limit of all uploads.
delete from upload where ends_at <= $1 or (finished_at is null and seen_at < $2) returning blob_address
