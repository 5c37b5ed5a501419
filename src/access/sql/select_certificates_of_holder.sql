-- The certificates of one person. No lock.
select sha256, der, serial, iin, bin, not_before, not_after, first_seen_at, state, cut_off,
    issuer_sha256, spki_sha256
from certificate
where iin = $1 order by first_seen_at, sha256
