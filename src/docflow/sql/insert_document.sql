-- One row. Takes no other lock.
insert into document (id, kind, number, document_date, title, sender, recipient, author_iin, state, created_at,
    check_deadline, reason, recorded_event, state_event, offer_id, offer_version, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, null, $12, $13, $14, $15, 0)
