-- Every address that a row names from $1 on and before $2, each once, but for what was destroyed on request. No locks. A
-- table that names blobs belongs here: a test looks for columns that end in _address.
select address from (
    select f.blob_address as address from document_file f
        where not exists (select 1 from document_destroyed d where d.document_id = f.document_id)
    union select s.blob_address from signature s
        where not exists (select 1 from document_destroyed d where d.document_id = s.document_id)
    union select e.blob_address from evidence e join signature s on s.id = e.signature_id
        where e.sealed = 0 or not exists (select 1 from document_destroyed d where d.document_id = s.document_id)
    union select o.blob_address from offer_text o
    union select u.blob_address from upload u where u.finished_at is not null
    union select x.prepared_address from extract x where length(x.wrapped_key) > 0
    union select x.issued_address from extract x where length(x.wrapped_key) > 0
    union select j.segment_address from journal_export j
) named where address >= $1 and address < $2
