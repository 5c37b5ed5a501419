-- The openings of entries that have not been erased.
select seq, field, salt, value from journal_secret where seq in ($1)
