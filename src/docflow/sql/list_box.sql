-- At most $5 rows of one box of a party, newest first, older than the cursor ($4, $6). No lock.
-- $2: 'inbox', 'outbox' or 'drafts'. $3: a kept state, or 'any'. The other party's name is the client's, if it is one.
select id, kind, number, document_date, title, sender, recipient, author_iin, state, created_at, check_deadline,
    reason, recorded_event, state_event, offer_id, offer_version,
    (select seq from journal_event e where e.id = document.state_event) as state_seq,
    (select seq from journal_event e where e.id = document.recorded_event) as recorded_seq,
    (select display_name from client where client.party = case when $2 = 'inbox' then sender else recipient end)
        as counterparty_name
from document
where ((sender = $1 and (($2 = 'outbox' and state <> 'draft') or ($2 = 'drafts' and state = 'draft')))
    or (recipient = $1 and $2 = 'inbox' and state not in ('draft', 'check-pending', 'check-failed')
        and exists (select 1 from journal_event e where e.id = document.recorded_event)))
    and ($3 = 'any' or state = $3)
    and (created_at < $4 or (created_at = $4 and id < $6))
order by created_at desc, id desc
limit $5
