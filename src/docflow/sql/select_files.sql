-- The files of one document in their order: at most the limit of files. No lock.
select ordinal, role, name, media_type, size_bytes, sha256, blob_address, digests from document_file
where document_id = $1 order by ordinal
