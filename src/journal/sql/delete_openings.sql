-- As many rows as the entry has openings that may be erased: those of its subjects stay.
delete from journal_secret where seq = $1 and field not like 'subj.%'
