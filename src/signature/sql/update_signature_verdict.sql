-- One row: the verdict that came after the evidence was had. The document is locked by its own statement.
update signature set proven_at = $2, checked_at = $3, indication = $4, sub_indication = $5, report = $6, event_id = $7
where id = $1
