-- One row, already locked by lock_document.
update document set state = $2, reason = $3, state_event = $4, recorded_event = $5, check_deadline = $6 where id = $1
