-- At most one row. No lock.
select id, kind, number, document_date, title, sender, recipient, author_iin, state, created_at, check_deadline,
    reason, recorded_event, state_event, offer_id, offer_version,
    (select v.seq from journal_place v where v.id = document.state_event) as state_seq,
    (select v.seq from journal_place v where v.id = document.recorded_event) as recorded_seq
from document where id = $1
