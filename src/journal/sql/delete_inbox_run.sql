-- As many rows as were seen from position $1 to $2; more when something was committed late there: then the batch must be rolled
-- back. Locks them.
delete from journal_inbox where position between $1 and $2
