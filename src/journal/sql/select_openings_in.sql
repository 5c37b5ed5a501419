-- The openings of entries that have not been erased.
select seq, openings from journal_secret where seq in ($1)
