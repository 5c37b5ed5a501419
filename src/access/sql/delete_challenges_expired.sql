-- The challenges that nobody answered in time.
delete from challenge where expires_at < $1
