-- Checkpoints of sizes in a range, in order.
select size, root, note from journal_checkpoint where size > $1 and size <= $2 order by size
