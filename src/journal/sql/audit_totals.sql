-- One row: what the indexes of a log of this size hold in all; of the inner nodes those with every eighth entry, where all logs
-- have them. Reads whole indexes.
select
    (select count(*) from journal_event where seq < $1) as events,
    (select count(*) from journal_node where seq < $1 and seq % 8 = 7) as nodes,
    (select cast(coalesce(sum(length(entries)), 0) / 8 as bigint) from journal_subject where last < $1) as links,
    (select count(*) from journal_entry where seq < 0) as strays
