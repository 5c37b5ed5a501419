-- One row or none.
select root from journal_checkpoint where size = $1
