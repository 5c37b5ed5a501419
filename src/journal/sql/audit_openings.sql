-- The openings of a page of entries.
select seq, field, salt, value from journal_secret where seq >= $1 and seq < $2 order by seq, field
