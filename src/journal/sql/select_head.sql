-- The only row.
select origin, n, root, t_ms, epoch, leader, beat from log_head where one = 1
