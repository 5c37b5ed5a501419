-- One row.
insert into offer_text (offer_id, version, language, sha256, size_bytes, blob_address) values ($1, $2, $3, $4, $5, $6)
