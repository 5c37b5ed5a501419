-- At most $1 documents that wait for evidence, the oldest deadline first. No lock.
select id from document where state = 'check-pending' order by check_deadline limit $1
