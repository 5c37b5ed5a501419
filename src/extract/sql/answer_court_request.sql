-- One row, already locked by lock_court_request.
update court_request set state = 'answered' where id = $1
