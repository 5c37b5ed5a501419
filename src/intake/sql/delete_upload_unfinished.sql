-- At most one row: an upload that came to nothing.
delete from upload where id = $1 and finished_at is null
