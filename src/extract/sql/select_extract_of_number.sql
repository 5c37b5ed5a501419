-- One row when an extract was issued under the number $1, none otherwise. No lock.
select issued_at, event_id from extract where number = $1 and state = 'issued'
