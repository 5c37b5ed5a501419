-- One row: an extract that waits for the officer's signature.
insert into extract (id, number, officer_iin, scope, ground, state, prepared_at, wrapped_key, prepared_address,
    court_request_id, party, revision)
values ($1, $2, $3, $4, $5, 'prepared', $6, $7, $8, $9, $10, 0)
