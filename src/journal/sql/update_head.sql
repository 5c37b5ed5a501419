-- One row, or none when another sequencer has appended or taken the lead, or the log does not end in root $7: then the batch must
-- be rolled back. Renews the lease.
update log_head
set n = $1, root = $2, t_ms = $3, lease_until = (select ms from database_clock) + $6
where one = 1 and n = $4 and epoch = $5 and root = $7
