-- The oldest waiting events in order. Locks nothing.
select i.position, i.id, i.body, i.mac from journal_inbox i order by i.position limit $1
