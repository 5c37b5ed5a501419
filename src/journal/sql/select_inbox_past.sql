-- The oldest waiting events past position $3 in order, each with how many wait from $2 up to that position, and which is the
-- first of all that wait. Locks nothing.
select i.position, i.id, i.body, i.mac,
    (select count(*) from journal_inbox b where b.position between $2 and $3) as before,
    (select b.position from journal_inbox b order by b.position limit 1) as oldest
from journal_inbox i
where i.position > $3
order by i.position
limit $1
