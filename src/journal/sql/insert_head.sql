-- One row in a new database, none afterwards.
insert into log_head (one, origin, n, root, t_ms, epoch, leader, lease_until)
values (1, $1, 0, $2, 0, 0, '', 0)
on conflict (one) do nothing
