-- One row while this epoch leads, none afterwards: from now on anybody may lead. Locks the head.
update log_head set lease_until = 0 where one = 1 and epoch = $1
