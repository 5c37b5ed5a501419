-- One row or none: the exported segment that holds the entry $1.
select first, past, segment_address, size_bytes, locked_until, event, made from journal_export
where first <= $1 and past > $1
