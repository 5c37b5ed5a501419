-- One row when the extract is issued and in all of its documents the party $2 is sender or recipient, none otherwise;
-- none when that party has asked to destroy one of them, when it is of another party's period, or for a court.
select 1 as own from extract x
where x.id = $1 and x.state = 'issued' and x.court_request_id is null and (x.party is null or x.party = $2)
    and (x.party = $2 or exists (select 1 from extract_document d where d.extract_id = x.id))
    and not exists (select 1 from extract_document d join document m on m.id = d.document_id
        where d.extract_id = x.id and m.sender <> $2 and m.recipient <> $2)
    and not exists (select 1 from extract_document d join destruction_request r on r.document_id = d.document_id
        where d.extract_id = x.id and r.party = $2)
