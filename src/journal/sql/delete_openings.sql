-- One row, or none when it was erased before: the openings of its subjects stay.
delete from journal_secret where seq = $1 and part = 'facts'
