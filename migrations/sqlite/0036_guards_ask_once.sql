-- The guards of PostgreSQL ask fewer questions for each batch. Those of SQLite ask one.
select 1;
