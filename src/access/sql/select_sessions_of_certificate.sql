-- The sessions opened by one certificate that have not run out; no lock.
select token_sha256, id, iin, party, certificate_sha256, created_at, expires_at, mac
from session where certificate_sha256 = $1 and expires_at > $2 and id is not null order by id
