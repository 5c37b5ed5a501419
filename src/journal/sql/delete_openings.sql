-- As many rows as the entry has openings.
delete from journal_secret where seq = $1
