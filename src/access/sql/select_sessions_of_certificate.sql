-- The sessions opened by one certificate that have not run out; no lock.
select id, party from session where certificate_sha256 = $1 and expires_at > $2 and id is not null order by id
