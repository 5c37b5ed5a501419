-- At most $4 clients that joined from $1 to before $2 and have no notice of the kind $3, the oldest first. No lock.
select party, joined_at from client
where joined_at >= $1 and joined_at < $2
    and not exists (select 1 from notice n where n.party = client.party and n.kind = $3)
order by joined_at, party limit $4
