-- At most one row. No lock.
select party, display_name, kind, email, phone, language, joined_at, acceptance_id from client where party = $1
