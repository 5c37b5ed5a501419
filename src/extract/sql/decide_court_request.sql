-- One row, already locked by lock_court_request.
update court_request set state = $2, decided_by = $3, decided_at = $4, decided_event = $5, reason = $6 where id = $1
