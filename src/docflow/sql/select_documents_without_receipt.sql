-- At most $1 documents whose record is sequenced and not yet receipted. No lock.
select d.id from document d join journal_place e on e.id = d.recorded_event
left join receipt r on r.event_id = d.recorded_event
where r.event_id is null order by e.seq limit $1
