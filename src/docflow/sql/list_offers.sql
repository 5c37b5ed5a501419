-- At most $1 offers, the newest first. No lock.
select id, title, created_at, withdrawn_at from offer order by created_at desc limit $1
