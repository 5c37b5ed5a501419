-- The open code of a contact, at most one row, locked till the end of the transaction.
update code set attempts = attempts + 1 where contact_id = $1 and state = 'open'
returning id, session_id, salt, hash, expires_at, attempts, message_id
