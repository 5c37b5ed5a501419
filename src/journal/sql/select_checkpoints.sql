-- Checkpoints of sizes in a range, in order, each with its time stamp.
select c.size, c.root, c.note, c.link, s.token
from journal_checkpoint c left join journal_time_stamp s on s.size = c.size
where c.size > $1 and c.size <= $2
order by c.size
