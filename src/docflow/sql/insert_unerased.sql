-- One row; none when it is there already.
insert into unerased_document (document_id, due_at) values ($1, $2) on conflict (document_id) do nothing
