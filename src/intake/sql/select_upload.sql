-- At most one row: an upload of this party that is here and has not ended. No lock.
select id, finished_at, ends_at, size_bytes, media_type, digests, blob_address, wrapped_key from upload
where id = $1 and party = $2 and finished_at is not null and ends_at > $3
