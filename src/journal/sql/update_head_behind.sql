-- As update_head.sql, by a batch that is given to the server while the one before it, which began at size $8, is being written:
-- waits for that. Refused by `log_head_only_grows` when that one has not been written, or another one in its place.
update log_head
set n = case when n = $4 and root = $7 then $1 else cast(-1 as bigint) end, root = $2, t_ms = $3,
    lease_until = (select ms from database_clock) + $6
where one = 1 and n in ($4, $8) and epoch = $5
