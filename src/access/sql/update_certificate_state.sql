-- One row, already locked by lock_certificate.
update certificate set state = $2, cut_off = $3 where sha256 = $1
