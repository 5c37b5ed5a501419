-- A code over the event's id and its lines, under a key of the log that is not in the database: what somebody else puts into
-- the inbox becomes no entry. Whose what waits already is nobody can tell any more. So this step refuses while anything does:
-- the program of before makes entries of it.
alter table journal_inbox add column mac blob not null;
