-- On PostgreSQL guards look into their own schema alone. A trigger of SQLite always looks into the file that it stands in.
select 1;
