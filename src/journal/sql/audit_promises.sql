-- One row: of the promises whose event is no entry the one that is due first, and how many there are; no note when there is none.
select
    (select count(*) from journal_promise p where not exists (select 1 from journal_event e where e.id = p.event)) as open,
    (select p.note from journal_promise p where not exists (select 1 from journal_event e where e.id = p.event)
        order by p.deadline, p.event limit 1) as note
