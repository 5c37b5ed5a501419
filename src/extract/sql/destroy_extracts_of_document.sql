-- The operator's own copies of extracts that hold the document: their keys, and where they lie.
update extract set wrapped_key = $1
where id in (select extract_id from extract_document where document_id = $2)
returning prepared_address, issued_address
