-- One row, or none when it was erased before: what the entry says and who acted. The openings of its subjects stay, so that
-- no history gets a gap.
delete from journal_secret where seq = $1
