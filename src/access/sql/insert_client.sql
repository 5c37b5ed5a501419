-- One row; a client joins once.
insert into client (party, display_name, kind, email, phone, language, joined_at, acceptance_id)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
