-- The blobs that are sealed under the document's key.
select blob_address from document_file where document_id = $1
union select blob_address from signature where document_id = $1
union select e.blob_address from evidence e join signature s on s.id = e.signature_id
    where s.document_id = $1 and e.sealed = 1
