-- One row.
update code set state = $2 where id = $1
