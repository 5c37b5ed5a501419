-- The receipts of one document in their order: a handful. No lock.
select event_id, number, cms, made_at from receipt where document_id = $1 order by number
