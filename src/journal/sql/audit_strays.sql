-- One row: rows beside the log that lead to no entry, or that no entry has, and counters of a subject that two rows tell. Expect zeros. Reads whole indexes.
select
    (select count(*) from journal_event v left join journal_entry e on e.seq = v.seq and e.id = v.id
        where e.seq is null and not exists (select 1 from journal_pruned p where p.seq = v.seq)) as events,
    (select count(*) from journal_node d left join journal_entry e on e.seq = d.seq
        where d.seq % 2 = 0 or d.hashes is null
            or (e.seq is null and not exists (select 1 from journal_pruned p where p.seq = d.seq))) as nodes,
    (select count(*) from journal_subject s left join journal_entry e on e.seq = s.last
        where e.seq is null and not exists (select 1 from journal_pruned p where p.seq = s.last)) as links,
    (select count(*) from journal_secret s left join journal_entry e on e.seq = s.seq where e.seq is null) as openings,
    (select count(*) from (select subject from journal_subject group by subject, n having count(*) > 1) t) as twins,
    (select count(*) from journal_pruned p, log_head h where p.seq >= h.minimum or p.seq <= 0) as pruned
