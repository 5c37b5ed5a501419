-- One row, or none when another sequencer has taken the lead since it was looked at. Locks the head.
update log_head
set epoch = epoch + 1, leader = $1, beat = beat + 1
where one = 1 and epoch = $2 and beat = $3
returning epoch
