-- At most $2 documents of which a signature is contested in the case $1, oldest first. No lock.
select id, kind, number, document_date, title, sender, recipient, author_iin, state, created_at, check_deadline,
    reason, recorded_event, state_event, offer_id, offer_version,
    (select seq from journal_event e where e.id = document.state_event) as state_seq,
    (select seq from journal_event e where e.id = document.recorded_event) as recorded_seq
from document where id in (select document_id from contest where case_id = $1)
order by created_at, id limit $2
