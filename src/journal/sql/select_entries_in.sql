-- One row per entry.
select seq, leaf, links, body from journal_entry where seq in ($1)
