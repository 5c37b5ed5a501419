-- At most one row. No lock.
select wrapped from content_key where document_id = $1 and holder = $2
