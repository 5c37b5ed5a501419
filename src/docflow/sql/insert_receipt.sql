-- One row; the unique event keeps a receipt from being made twice.
insert into receipt (document_id, event_id, number, cms, made_at) values ($1, $2, $3, $4, $5)
