-- At most $2 confirmed addresses of a party's people, the oldest first; no lock.
select id, party, iin, channel, address, language, added_at, confirmed_at,
    (select h.channel from contact_choice h where h.party = contact.party and h.iin = contact.iin) as wanted from contact
where party = $1 and confirmed_at is not null order by confirmed_at, id limit $2
