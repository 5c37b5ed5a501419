-- One row per tuple; numbers continue the log.
insert into journal_entry (seq, id, leaf, links, body)
values ($1, $2, $3, $4, $5)
