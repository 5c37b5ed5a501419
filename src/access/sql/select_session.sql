-- At most one row; the certificate by which the session was opened may be suspended since (CMP-05). No lock.
select s.iin, s.party, s.certificate_sha256, s.expires_at, c.state as certificate_state
from session s join certificate c on c.sha256 = s.certificate_sha256 where s.token_sha256 = $1
