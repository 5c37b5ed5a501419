-- A code over all that a session says, under a key that is not in the database: nobody gives himself a session by a row. Those of
-- before have none, and nobody can tell any more whose they are: they end, and people log in again.
delete from session;

alter table session add column mac bytea not null;
