-- A row for each subject of the entries from $1 to before $2.
select subject, min(n) as first_n, max(n) as n, max(seq) as seq from journal_subject
where seq >= $1 and seq < $2
group by subject
