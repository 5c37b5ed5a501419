-- What opens a page of entries, but for their subjects.
select seq, seed, facts from journal_secret where seq >= $1 and seq < $2 order by seq
