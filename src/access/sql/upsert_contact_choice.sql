-- One row: the way that a person chose last for a party.
insert into contact_choice (party, iin, channel, chosen_at) values ($1, $2, $3, $4)
on conflict (party, iin) do update set channel = excluded.channel, chosen_at = excluded.chosen_at
