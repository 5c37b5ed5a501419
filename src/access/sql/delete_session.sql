-- At most one row; its id, by which the journal knows it.
delete from session where token_sha256 = $1 returning id
