-- What opens the entries from $1 to before $2, where it was not erased before.
delete from journal_secret where seq >= $1 and seq < $2
