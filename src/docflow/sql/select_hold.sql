-- One row, or none.
select id, document_id, ground, placed_by, placed_at, lifted_by, lifted_at from legal_hold where id = $1
