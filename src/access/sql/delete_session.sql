-- At most one row.
delete from session where token_sha256 = $1
