-- One row when the extract is issued and in all of its documents the party $2 is sender or recipient, none otherwise.
select 1 as own from extract x
where x.id = $1 and x.state = 'issued'
    and exists (select 1 from extract_document d where d.extract_id = x.id)
    and not exists (select 1 from extract_document d join document m on m.id = d.document_id
        where d.extract_id = x.id and m.sender <> $2 and m.recipient <> $2)
