-- At most $2 documents that wait for evidence and are to be looked at by $1: first one of every sender, then the second of
-- every sender, so that nobody's documents keep another's from their turn. No lock.
select id, checks from (
    select id, checks, coalesce(next_check_at, 0) as due,
        row_number() over (partition by sender order by coalesce(next_check_at, 0), created_at, id) as turn
    from document where state = 'check-pending' and coalesce(next_check_at, 0) <= $1
) as waiting order by turn, due limit $2
