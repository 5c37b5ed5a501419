-- The oldest waiting events, removed; `already` tells the place of one that was sequenced before. Locks them.
delete from journal_inbox
where position in (select position from journal_inbox order by position limit $1)
returning position, id, body, (select e.seq from journal_event e where e.id = journal_inbox.id) as already
