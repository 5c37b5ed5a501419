-- At most one row: an upload that is still coming in.
update upload set seen_at = $2 where id = $1 and finished_at is null
