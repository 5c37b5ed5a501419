-- At most one row: none when it was given up for dead meanwhile.
update upload set finished_at = $2, seen_at = $2, ends_at = $3, size_bytes = $4, media_type = $5, digests = $6,
    blob_address = $7, wrapped_key = $8
where id = $1 and finished_at is null
