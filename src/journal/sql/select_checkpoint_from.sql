-- The smallest checkpoint of at least this size: one row or none.
select c.size, c.root, c.note, c.made, s.token
from journal_checkpoint c left join journal_time_stamp s on s.size = c.size
where c.size >= $1
order by c.size
limit 1
