-- At most $1 extracts, the newest number first. No lock.
select id, number, state, scope, ground, prepared_at, issued_at, officer_iin from extract order by number desc limit $1
