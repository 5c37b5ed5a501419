-- One row: the language that a person chose last.
insert into preference (iin, language, changed_at) values ($1, $2, $3)
on conflict (iin) do update set language = excluded.language, changed_at = excluded.changed_at
