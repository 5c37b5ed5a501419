-- One row or none.
delete from unerased_document where document_id = $1
