-- The documents of one extract: a few hundred at most. No lock.
select document_id from extract_document where extract_id = $1 order by document_id
