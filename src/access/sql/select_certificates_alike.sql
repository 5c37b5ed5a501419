-- The certificate, its other spellings (issuer and serial number) and those of the same key: a handful. No lock.
select sha256, der, serial, iin, bin, not_before, not_after, first_seen_at, state, cut_off, issuer_sha256, spki_sha256
from certificate where sha256 = $1 or (issuer_sha256 = $2 and serial = $3) or spki_sha256 = $4
