-- One row.
insert into extract_document (extract_id, document_id) values ($1, $2)
