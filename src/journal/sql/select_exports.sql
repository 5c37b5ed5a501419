-- Exported segments from the one that begins with $1 on, at most $2, in order.
select first, past, segment_address, size_bytes, locked_until, event, made from journal_export
where first >= $1
order by first
limit $2
