-- At most $1 rows, the oldest first. No lock.
select address from unswept_blob order by since, address limit $1
