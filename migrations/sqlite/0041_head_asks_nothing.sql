-- On PostgreSQL the head's guard asks a question each time only because one case of it needs one. A trigger of SQLite is
-- part of the statement.
select 1;
