-- At most $1 certificates registered before their issuer and key were kept. No lock.
select sha256, der from certificate where spki_sha256 is null limit $1
