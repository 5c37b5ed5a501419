-- Several processes on one log: one leads while its lease lives, by the clock of the database.

alter table log_head add column lease_until integer not null default 0;
alter table log_head drop column beat;

-- The clock that leases are kept by: milliseconds since 1970 in UTC.
create view database_clock as select cast(unixepoch('subsec') * 1000 as integer) as ms;
