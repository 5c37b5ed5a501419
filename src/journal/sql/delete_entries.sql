-- The entries from $1 to before $2: refused but for those that were pruned.
delete from journal_entry where seq >= $1 and seq < $2
