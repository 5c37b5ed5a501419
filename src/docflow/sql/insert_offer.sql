-- One row; an offer that is there stays as it is.
insert into offer (id, title, created_at, withdrawn_at, revision) values ($1, $2, $3, null, 0) on conflict do nothing
