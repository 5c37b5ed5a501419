-- One row; a person is a member once.
insert into membership (party, iin, capability, display_name, added_at, added_by) values ($1, $2, $3, $4, $5, $6)
on conflict do nothing
