-- At most $2 documents that are due at $1, the longest due first, past the one that was due at $3. No lock.
select document_id, due_at from unerased_document
where due_at <= $1 and (due_at > $3 or (due_at = $3 and document_id > $4))
order by due_at, document_id limit $2
