-- One row, already locked by lock_case.
update compromise_case set state = $2, decided_at = $3, decided_by = $4, cut_off = $5 where id = $1
