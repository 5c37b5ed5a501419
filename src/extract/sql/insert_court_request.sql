-- One row: a request that waits for another officer.
insert into court_request (id, authority, reference, dated, ground, words, scope, received_at, due_at, state,
    recorded_by, recorded_at, recorded_event, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'recorded', $10, $11, $12, 0)
