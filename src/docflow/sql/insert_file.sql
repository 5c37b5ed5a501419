-- One row.
insert into document_file (document_id, ordinal, role, name, media_type, size_bytes, sha256, blob_address,
    digests)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
