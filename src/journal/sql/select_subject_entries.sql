-- The places of a subject's entries, a page in order.
select n, seq from journal_subject where subject = $1 and n > $2 order by n limit $3
