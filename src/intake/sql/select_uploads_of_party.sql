-- The uploads of one party that are here and have not ended, the oldest first: at most the limit of uploads. No lock.
select id, finished_at, ends_at, size_bytes, media_type, digests, blob_address, wrapped_key from upload
where party = $1 and finished_at is not null and ends_at > $2 order by finished_at, id
