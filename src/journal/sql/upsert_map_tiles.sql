-- One row for each.
insert into journal_map_tile (prefix, body) values ($1, $2)
on conflict (prefix) do update set body = excluded.body
