-- One row or none.
select at from document_destroyed where document_id = $1
