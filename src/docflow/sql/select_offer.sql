-- At most one row. No lock.
select id, title, created_at, withdrawn_at from offer where id = $1
