-- One row; a signature is contested once in a case.
insert into contest (document_id, case_id, signature_id, event_id) values ($1, $2, $3, $4) on conflict do nothing
