-- At most one row, locked until the transaction ends.
update compromise_case set revision = revision + 1 where id = $1
returning id, certificate_sha256, reported_by, reported_at, compromised_since, circumstances, due_at, state,
    decided_at, decided_by, cut_off, event_id
