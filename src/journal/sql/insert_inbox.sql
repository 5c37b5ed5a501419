-- One row, or none when the event waits already. What has been sequenced before is known by its id. Locks nothing.
insert into journal_inbox (id, body, mac) values ($1, $2, $3) on conflict (id) do nothing
