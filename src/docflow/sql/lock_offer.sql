-- At most one row, locked until the transaction ends.
update offer set revision = revision + 1 where id = $1 returning id, title, created_at, withdrawn_at
