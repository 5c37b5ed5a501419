-- One row: up to which entry segments are exported, 0 before the first.
select coalesce(max(past), 0) as past from journal_export
