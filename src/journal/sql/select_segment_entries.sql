-- The entries from $1 to before $2 in order.
select seq, leaf, links, body from journal_entry where seq >= $1 and seq < $2 order by seq
