-- At most $1 decided cases, the newest decision first. No lock.
select id, certificate_sha256, reported_by, reported_at, compromised_since, circumstances, due_at, state,
    decided_at, decided_by, cut_off, event_id from compromise_case
where state <> 'open' order by decided_at desc, id limit $1
