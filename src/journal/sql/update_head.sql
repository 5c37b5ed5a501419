-- One row, or none when another sequencer has appended or taken the lead: then the batch must be rolled back.
update log_head
set n = $1, root = $2, t_ms = $3, beat = beat + 1
where one = 1 and n = $4 and epoch = $5
