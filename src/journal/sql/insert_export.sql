-- One row: the next segment. Refused when another process has exported it.
insert into journal_export (first, past, segment_address, size_bytes, locked_until, event, made)
values ($1, $2, $3, $4, $5, $6, $7)
