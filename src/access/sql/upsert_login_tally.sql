-- One row, locked till the end of the transaction: so often by now in this hour, this time included.
insert into login_tally (certificate_sha256, hour, opened, refused) values ($1, $2, $3, $4)
on conflict (certificate_sha256, hour)
do update set opened = login_tally.opened + excluded.opened, refused = login_tally.refused + excluded.refused
returning opened, refused
