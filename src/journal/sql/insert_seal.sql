-- One row.
insert into journal_seal (event, day, size, root, subjects, map) values ($1, $2, $3, $4, $5, $6)
