-- One row or none.
select seq, id, leaf, body from journal_entry where seq = $1
