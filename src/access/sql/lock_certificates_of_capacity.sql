-- The certificates by which one person may be used in one capacity: for himself ($2 is empty) or for one organisation;
-- locked until the transaction ends.
update certificate set revision = revision + 1 where iin = $1 and coalesce(bin, '') = $2 and state = 'active'
returning sha256, der, serial, iin, bin, not_before, not_after, first_seen_at, state, cut_off, issuer_sha256, spki_sha256
