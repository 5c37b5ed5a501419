-- One row, already locked by lock_offer.
update offer set withdrawn_at = $2 where id = $1
