-- One row; none when it is lifted, or another document's.
update legal_hold set lifted_by = $1, lifted_at = $2, lifted_event = $3
where id = $4 and document_id = $5 and lifted_at is null
