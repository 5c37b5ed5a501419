-- One row, or none while the lease of another lives, or when another has taken the lead since it was looked at. Locks the
-- head.
update log_head
set epoch = epoch + 1, leader = $1, lease_until = (select ms from database_clock) + $2
where one = 1 and epoch = $3 and (leader = $1 or lease_until <= (select ms from database_clock))
returning origin, n, root, t_ms, epoch, leader, 0 as is_free
