-- At most one row. No lock.
select id, certificate_sha256, reported_by, reported_at, compromised_since, circumstances, due_at, state,
    decided_at, decided_by, cut_off, event_id from compromise_case where id = $1
