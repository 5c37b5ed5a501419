-- One row or none.
delete from content_key where document_id = $1 and holder = $2
