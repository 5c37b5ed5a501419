-- One row per entry that completed an inner node.
select seq, hashes from journal_node where seq in ($1)
