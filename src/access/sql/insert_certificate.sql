-- One row; a certificate is registered once.
insert into certificate (sha256, der, serial, iin, bin, not_before, not_after, first_seen_at, state, cut_off, revision,
    issuer_sha256, spki_sha256)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', null, 0, $9, $10) on conflict do nothing
