-- One row.
update contact set confirmed_at = $2 where id = $1
