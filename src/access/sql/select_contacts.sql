-- The addresses of a person for a party, the oldest first; no lock.
select id, party, iin, channel, address, language, added_at, confirmed_at,
    (select h.channel from contact_choice h where h.party = contact.party and h.iin = contact.iin) as wanted from contact
where party = $1 and iin = $2 order by added_at, id
