-- One row; none when the party has asked already.
insert into destruction_request (document_id, party, cms, requested_at, kept_until, event_id)
values ($1, $2, $3, $4, $5, $6) on conflict (document_id, party) do nothing
