-- At most one row; the certificate by which the session was opened, another spelling of it or another certificate of its
-- key may be suspended since (CMP-05): the first that is. No lock.
select s.token_sha256, s.id, s.iin, s.party, s.certificate_sha256, s.created_at, s.expires_at, s.mac, c.der as certificate_der,
    coalesce((select min(o.state) from certificate o where o.state <> 'active' and (o.sha256 = c.sha256
        or (o.issuer_sha256 = c.issuer_sha256 and o.serial = c.serial) or o.spki_sha256 = c.spki_sha256)),
        'active') as certificate_state
from session s join certificate c on c.sha256 = s.certificate_sha256 where s.token_sha256 = $1
