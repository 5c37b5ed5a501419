-- One row.
insert into document_destroyed (document_id, at, event_id) values ($1, $2, $3)
