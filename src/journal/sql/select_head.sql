-- The only row; `is_free` is 1 when nobody leads by the clock of the database.
select origin, n, root, t_ms, epoch, leader,
    case when lease_until <= (select ms from database_clock) then 1 else 0 end as is_free
from log_head
where one = 1
