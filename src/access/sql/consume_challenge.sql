-- At most one row: a challenge is used once, whoever comes first.
delete from challenge where id = $1 returning nonce, expires_at
