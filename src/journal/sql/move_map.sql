-- One row.
update journal_map set size = $1, subjects = $2, root = $3 where one = 1
