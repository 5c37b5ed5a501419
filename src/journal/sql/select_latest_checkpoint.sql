-- One row, or none before the first.
select c.size, c.root, c.note, c.made, s.token
from journal_checkpoint c left join journal_time_stamp s on s.size = c.size
order by c.size desc
limit 1
