-- One row.
select size, subjects, root from journal_map
