-- The smallest time-stamped checkpoint of at least this size: one row or none.
select c.size, c.root, c.note, c.made, s.token
from journal_time_stamp s join journal_checkpoint c on c.size = s.size
where s.size >= $1
order by s.size
limit 1
