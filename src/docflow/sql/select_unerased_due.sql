-- At most $2 documents that are due at $1, the longest due first. No lock.
select document_id from unerased_document where due_at <= $1 order by due_at, document_id limit $2
