-- Sessions that ran out before an instant.
delete from session where expires_at < $1
