-- At most one row. No lock.
select id, number, state, scope, ground, prepared_at, issued_at, officer_iin from extract where id = $1
