-- One row; none when this event was promised already.
insert into journal_promise (event, note, deadline, made) values ($1, $2, $3, $4) on conflict (event) do nothing
