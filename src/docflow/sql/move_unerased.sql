-- One row or none.
update unerased_document set due_at = $2 where document_id = $1
