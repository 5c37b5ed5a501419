-- One row, or none when the message was taken from us.
update message set last_reply = $3, next_at = $4, taken_by = null, taken_until = 0
where id = $1 and taken_by = $2 and state = 'waiting'
