-- One row per event that has a place in the index, whether or not an entry of it is there. No lock.
select id from journal_event where id in ($1)
