-- The evidence of one signature: a handful. No lock.
select kind, sha256, blob_address, sealed from evidence where signature_id = $1 order by ordinal
