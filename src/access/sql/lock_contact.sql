-- At most one row, locked till the end of the transaction.
update contact set address = address where id = $1
returning id, party, iin, channel, address, language, added_at, confirmed_at,
    (select h.channel from contact_choice h where h.party = contact.party and h.iin = contact.iin) as wanted
