-- One row, or none before the first.
select event, day, size, root, subjects, map from journal_seal order by size desc, event desc limit 1
