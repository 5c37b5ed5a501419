-- The holds on a document, the oldest first.
select id, document_id, ground, placed_by, placed_at, lifted_by, lifted_at from legal_hold where document_id = $1 order by id
