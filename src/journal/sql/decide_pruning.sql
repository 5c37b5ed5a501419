-- One row, already locked by lock_pruning. One that is refused is open no more.
update pruning set state = $2, decided_by = $3, decided_at = $4, decided_event = $5, reason = $6,
    is_open = case when $2 = 'approved' then 1 else null end
where id = $1
