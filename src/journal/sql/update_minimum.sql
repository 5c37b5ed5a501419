-- One row, or none when it is there already. Locks the head.
update log_head set minimum = $1 where one = 1 and minimum < $1
