-- At most $2 documents with ids after $1, in order: a page of all. No lock.
select id, kind, number, document_date, title, sender, recipient, author_iin, state, created_at, check_deadline,
    reason, recorded_event, state_event, offer_id, offer_version,
    (select e.seq from journal_event v join journal_entry e on e.seq = v.seq and e.id = v.id
        where v.id = document.state_event) as state_seq,
    (select e.seq from journal_event v join journal_entry e on e.seq = v.seq and e.id = v.id
        where v.id = document.recorded_event) as recorded_seq
from document where id > $1 order by id limit $2
