-- One row; a certificate has one open case.
insert into compromise_case (id, certificate_sha256, reported_by, reported_at, compromised_since, circumstances,
    due_at, state, decided_at, decided_by, cut_off, event_id, revision)
values ($1, $2, $3, $4, $5, $6, $7, 'open', null, null, null, $8, 0)
