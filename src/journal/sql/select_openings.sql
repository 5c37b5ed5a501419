-- The openings of an entry that have not been erased.
select seq, openings from journal_secret where seq = $1 order by part
