-- One row; `last` is NULL for an empty log.
select count(*) as entries, max(seq) as last from journal_entry
