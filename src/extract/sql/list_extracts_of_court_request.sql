-- The extracts prepared under one request, a few: only one of them is ever issued. No lock.
select id, number, state, scope, ground, prepared_at, issued_at, officer_iin from extract
where court_request_id = $1 order by number
