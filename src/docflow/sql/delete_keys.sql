-- Every holder's.
delete from content_key where document_id = $1
