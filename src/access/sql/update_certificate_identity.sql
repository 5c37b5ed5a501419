-- One row.
update certificate set issuer_sha256 = $2, spki_sha256 = $3 where sha256 = $1
