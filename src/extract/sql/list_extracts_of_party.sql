-- At most $2 issued extracts in all of whose documents the party $1 is sender or recipient, the newest first; without those
-- of a document that it has asked to destroy, of another party's period, and for a court. No lock.
select x.id, x.number, x.state, x.scope, x.ground, x.prepared_at, x.issued_at, x.officer_iin from extract x
where x.state = 'issued' and x.court_request_id is null and (x.party is null or x.party = $1)
    and (x.party = $1 or exists (select 1 from extract_document d where d.extract_id = x.id))
    and not exists (select 1 from extract_document d join document m on m.id = d.document_id
        where d.extract_id = x.id and m.sender <> $1 and m.recipient <> $1)
    and not exists (select 1 from extract_document d join destruction_request r on r.document_id = d.document_id
        where d.extract_id = x.id and r.party = $1)
order by x.number desc limit $2
