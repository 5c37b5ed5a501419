-- The newest entries, newest first.
select seq, id, leaf, body from journal_entry order by seq desc limit $1
