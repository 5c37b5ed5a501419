-- At most $2 cases, the most urgent first; $1 = 'open' narrows to the undecided. No lock.
select id, certificate_sha256, reported_by, reported_at, compromised_since, circumstances, due_at, state,
    decided_at, decided_by, cut_off, event_id from compromise_case
where $1 <> 'open' or state = 'open' order by due_at limit $2
