-- One row or none.
select reason from journal_quarantine where id = $1
