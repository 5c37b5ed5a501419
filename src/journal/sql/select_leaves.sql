-- One row per entry.
select seq, leaf from journal_entry where seq in ($1)
