-- A row for each that is there.
select prefix, body from journal_map_tile where prefix in ($1)
