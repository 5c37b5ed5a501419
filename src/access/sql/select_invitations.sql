-- At most $3 invitations made by ($2 = 'made') or for ($2 = 'for') one party. No lock.
select id, inviter, invitee, created_at from invitation
where ($2 = 'made' and inviter = $1) or ($2 = 'for' and invitee = $1) order by created_at limit $3
