-- One row.
insert into legal_hold (id, document_id, ground, placed_by, placed_at, placed_event) values ($1, $2, $3, $4, $5, $6)
