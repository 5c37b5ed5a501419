-- One row, or none when it is issued already. Locks it.
update extract set state = 'issued', issued_at = $2, issued_address = $3, event_id = $4, revision = revision + 1
where id = $1 and state = 'prepared'
