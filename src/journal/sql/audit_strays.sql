-- One row: rows beside the log that lead to no entry. Expect zeros. Reads whole indexes.
select
    (select count(*) from journal_event v left join journal_entry e on e.seq = v.seq and e.id = v.id
        where e.seq is null) as events,
    (select count(*) from journal_node d left join journal_entry e on e.seq = d.seq where e.seq is null) as nodes,
    (select count(*) from journal_subject s left join journal_entry e on e.seq = s.seq where e.seq is null) as links,
    (select count(*) from journal_secret s left join journal_entry e on e.seq = s.seq where e.seq is null) as openings,
    (select count(*) from journal_subject where n = 1) as subjects,
    (select count(*) from journal_subject_head) as heads
