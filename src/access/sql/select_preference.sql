-- At most one row. No lock.
select language from preference where iin = $1
