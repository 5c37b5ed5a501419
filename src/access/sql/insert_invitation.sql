-- One row; a counterparty is invited once by one inviter.
insert into invitation (id, inviter, invitee, created_at) values ($1, $2, $3, $4) on conflict do nothing
