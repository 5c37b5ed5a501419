-- One row; a side signs a document once, and an act of signing is recorded once.
insert into signature (id, document_id, side, iin, bin, role, common_name, certificate_sha256, cms_sha256,
    blob_address, claimed_at, proven_at, checked_at, indication, sub_indication, report, event_id, value_sha256)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
