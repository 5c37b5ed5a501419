-- At most $4 rows of one party's documents, newest first, older than the cursor ($3, $5). No lock.
-- $2: 'sender', 'recipient' or 'any'. A draft is its sender's own, and nothing is its addressee's
-- before the journal holds it.
select id, kind, number, document_date, title, sender, recipient, author_iin, state, created_at, check_deadline,
    reason, recorded_event, state_event, offer_id, offer_version,
    (select v.seq from journal_place v where v.id = document.state_event) as state_seq,
    (select v.seq from journal_place v where v.id = document.recorded_event) as recorded_seq
from document
where ((sender = $1 and $2 <> 'recipient')
    or (recipient = $1 and $2 <> 'sender' and state not in ('draft', 'check-pending', 'check-failed')
        and exists (select 1 from journal_event e where e.id = document.recorded_event)))
    and (created_at < $3 or (created_at = $3 and id < $5))
order by created_at desc, id desc
limit $4
