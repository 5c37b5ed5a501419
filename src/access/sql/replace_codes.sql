-- The codes of a contact that are still open: a new one takes their place, or the contact goes.
update code set state = 'replaced' where contact_id = $1 and state = 'open'
