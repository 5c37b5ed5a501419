-- One row, or none when its end is known already or the gateway knows it by another mark. One that we gave up without an answer
-- may have been delivered all the same.
update message set state = $2, last_reply = $3, ended_at = $4, gateway_id = $5, taken_by = null, taken_until = 0
where id = $1 and channel = 'sms' and (gateway_id is null or gateway_id = $5)
    and (state in ('waiting', 'sent') or (state = 'failed' and gateway_id is null and $2 = 'delivered'))
