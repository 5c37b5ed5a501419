-- One row per subject that has an entry.
select subject from journal_subject where n = 1 and subject in ($1)
