-- One row: the largest checkpoint that the witness cosigned; none without one.
select size from journal_cosignature where witness = $1 order by size desc limit 1
