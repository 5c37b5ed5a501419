-- One row per entry.
select seq, leaf, body from journal_entry where seq in ($1)
