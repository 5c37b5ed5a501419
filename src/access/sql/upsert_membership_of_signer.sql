-- One row; who is a member already keeps the rest of his row.
insert into membership (party, iin, capability, display_name, added_at, added_by) values ($1, $2, 'sign', $3, $4, $5)
on conflict (party, iin) do update set capability = 'sign'
