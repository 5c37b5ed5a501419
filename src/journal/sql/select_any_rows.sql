-- One row when the journal holds anything, none in a new database.
select cast(1 as bigint) as held
where exists (select 1 from journal_entry) or exists (select 1 from journal_event)
    or exists (select 1 from journal_node) or exists (select 1 from journal_subject)
    or exists (select 1 from journal_checkpoint)
    or exists (select 1 from journal_time_stamp) or exists (select 1 from journal_secret)
