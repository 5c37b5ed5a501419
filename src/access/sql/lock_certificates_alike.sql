-- The certificate, its other spellings (issuer and serial number) and those of the same key, locked until the transaction
-- ends: a handful.
update certificate set revision = revision + 1
where sha256 = $1 or (issuer_sha256 = $2 and serial = $3) or spki_sha256 = $4
returning sha256, der, serial, iin, bin, not_before, not_after, first_seen_at, state, cut_off, issuer_sha256, spki_sha256
