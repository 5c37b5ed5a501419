-- One row, or none when it is done already.
update pruning set state = 'done', is_open = null, done_event = $2 where id = $1 and state = 'approved'
