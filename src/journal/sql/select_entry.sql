-- One row or none.
select seq, id, leaf, links, body from journal_entry where seq = $1
