-- At most one row: whoever deletes it has it, and nobody after him.
delete from upload where id = $1 and party = $2 and finished_at is not null and ends_at > $3 returning blob_address
