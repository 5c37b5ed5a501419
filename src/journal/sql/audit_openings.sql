-- The openings of a page of entries.
select seq, openings from journal_secret where seq >= $1 and seq < $2 order by seq, part
