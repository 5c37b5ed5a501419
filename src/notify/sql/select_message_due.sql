-- At most one row: the message of a way that has waited longest for its turn, and that nobody has taken. No lock.
select id from message where state = 'waiting' and channel = $2 and next_at <= $1 and taken_until <= $1 order by next_at, id limit 1
