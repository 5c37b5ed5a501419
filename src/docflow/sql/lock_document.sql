-- At most one row, locked until the transaction ends: the update is the row lock of both engines.
update document set revision = revision + 1 where id = $1
returning id, kind, number, document_date, title, sender, recipient, author_iin, state, created_at, check_deadline,
    reason, recorded_event, state_event, offer_id, offer_version,
    (select v.seq from journal_place v where v.id = document.state_event) as state_seq,
    (select v.seq from journal_place v where v.id = document.recorded_event) as recorded_seq
