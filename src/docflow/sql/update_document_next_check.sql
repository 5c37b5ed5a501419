-- One row, when it still waits.
update document set next_check_at = $2, checks = checks + 1 where id = $1 and state = 'check-pending'
