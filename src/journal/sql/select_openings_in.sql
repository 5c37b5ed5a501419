-- What opens entries, but for their subjects, where it was not erased.
select seq, seed, facts from journal_secret where seq in ($1)
