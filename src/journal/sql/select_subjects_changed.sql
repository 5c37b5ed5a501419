-- The runs of subjects that end among the entries from $1 to before $2.
select subject, n, entries from journal_subject
where last >= $1 and last < $2
order by last
