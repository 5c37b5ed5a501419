-- One row; none when it is signed already.
insert into journal_seal_signature (event, cms, made) values ($1, $2, $3) on conflict (event) do nothing
