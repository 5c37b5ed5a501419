-- One row or none: what is left of a pruned entry.
select seq, t_ms, leaf from journal_pruned where seq = $1
