-- At most $1 holds, those that stand first, then the newest. Reads the whole table: it is an officer's, and short.
select id, document_id, ground, placed_by, placed_at, lifted_by, lifted_at from legal_hold
order by case when lifted_at is null then 0 else 1 end, id desc limit $1
