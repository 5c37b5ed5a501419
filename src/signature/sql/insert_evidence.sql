-- One row.
insert into evidence (signature_id, ordinal, kind, sha256, blob_address, sealed) values ($1, $2, $3, $4, $5, $6)
on conflict do nothing
