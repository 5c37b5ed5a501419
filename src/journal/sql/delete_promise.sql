-- One row, or none when nothing was promised of the entry's event. Refused while the entry can be opened.
delete from journal_promise where event = (select e.id from journal_entry e where e.seq = $1)
