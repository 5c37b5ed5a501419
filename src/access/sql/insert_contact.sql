-- One row, or none when the person has this address already.
insert into contact (id, party, iin, channel, address, language, added_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (party, iin, channel, address) do nothing
