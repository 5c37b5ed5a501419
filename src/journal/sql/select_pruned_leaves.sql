-- One row per pruned entry.
select seq, leaf from journal_pruned where seq in ($1)
