-- One row when an event waits.
select 1 as waits from journal_inbox limit 1
