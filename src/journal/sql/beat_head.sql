-- One row while this epoch leads, none afterwards. Locks the head.
update log_head set beat = beat + 1 where one = 1 and epoch = $1
