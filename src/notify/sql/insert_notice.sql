-- One row.
insert into notice (party, kind, document_id, event_id, created_at) values ($1, $2, $3, $4, $5)
