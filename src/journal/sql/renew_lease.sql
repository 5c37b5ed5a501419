-- One row while this epoch leads, none afterwards. Locks the head.
update log_head set lease_until = (select ms from database_clock) + $1 where one = 1 and epoch = $2
