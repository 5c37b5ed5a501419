-- At most one row, locked until the transaction ends.
update certificate set revision = revision + 1 where sha256 = $1
returning sha256, der, serial, iin, bin, not_before, not_after, first_seen_at, state, cut_off,
    issuer_sha256, spki_sha256
