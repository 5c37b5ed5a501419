-- What opens an entry, but for its subjects; none when it was erased.
select seq, seed, facts from journal_secret where seq = $1
