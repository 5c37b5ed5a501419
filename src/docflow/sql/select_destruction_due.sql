-- At most $3 documents past $4 that every party holding them asked to destroy, whose lock ended before $2, and which
-- are under no hold. What a court asks for is among them: whoever destroys looks at its requests. $1: the operator, who
-- holds a key of each.
select distinct r.document_id from destruction_request r
where r.document_id > $4
    and not exists (select 1 from document_destroyed d where d.document_id = r.document_id)
    and not exists (select 1 from content_key k where k.document_id = r.document_id and k.holder <> $1)
    and not exists (select 1 from destruction_request o where o.document_id = r.document_id and o.kept_until > $2)
    and not exists (select 1 from legal_hold h where h.document_id = r.document_id and h.lifted_at is null)
order by r.document_id limit $3
