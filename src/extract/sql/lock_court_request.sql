-- At most one row, locked until the transaction ends.
update court_request set revision = revision + 1 where id = $1
returning id, authority, reference, dated, ground, words, scope, received_at, due_at, state, recorded_by, recorded_at,
    decided_by, decided_at, reason
