-- The runs of a subject's entries whose counters begin past $2, a page in order.
select n, entries from journal_subject where subject = $1 and n > $2 order by n limit $3
