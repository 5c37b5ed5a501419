-- One row per entry with which inner nodes are kept.
select seq, hashes from journal_node where seq in ($1)
