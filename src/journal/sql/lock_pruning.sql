-- At most one row, locked until the transaction ends.
update pruning set revision = revision + 1 where id = $1
returning id, first, past, ground, state, proposed_by, proposed_at, proposed_event, decided_by, decided_at, decided_event, reason
