-- One row: the size of the newest checkpoint, 0 before the first.
select coalesce(max(size), 0) as size from journal_checkpoint
