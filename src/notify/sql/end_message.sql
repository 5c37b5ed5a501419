-- One row, or none when the message was taken from us.
update message set state = $3, last_reply = $4, ended_at = $5, gateway_id = $6, taken_by = null, taken_until = 0
where id = $1 and taken_by = $2 and state = 'waiting'
