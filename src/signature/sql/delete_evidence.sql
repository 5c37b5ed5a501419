-- The evidence of one signature whose check is made anew, before the new evidence is kept.
delete from evidence where signature_id = $1
