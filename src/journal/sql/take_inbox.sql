-- The oldest waiting events, removed; `already` tells the place of one that was sequenced before, `stray` that of
-- a row of the index that leads to no entry of it. Locks them.
delete from journal_inbox
where position in (select position from journal_inbox order by position limit $1)
returning position, id, body, 
    (select e.seq from journal_event v join journal_entry e on e.seq = v.seq and e.id = v.id
        where v.id = journal_inbox.id) as already,
    (select v.seq from journal_event v left join journal_entry e on e.seq = v.seq and e.id = v.id
        where v.id = journal_inbox.id and e.seq is null) as stray
