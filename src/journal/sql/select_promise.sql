-- One row or none.
select note from journal_promise where event = $1
