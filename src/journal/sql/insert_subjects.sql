-- One row per tuple, a run of entries of one subject; a subject occurs in one tuple only.
insert into journal_subject (subject, n, last, entries)
values ($1, $2, $3, $4)
