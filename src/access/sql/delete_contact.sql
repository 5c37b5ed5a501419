-- One row.
delete from contact where id = $1
