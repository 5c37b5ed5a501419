-- One row per known subject.
select subject, n, leaf from journal_subject_head where subject in ($1)
