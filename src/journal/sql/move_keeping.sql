-- One row. Locks it: whoever else decides what is kept, or lets it go, waits.
insert into journal_keeping (one, revision) values (1, 1)
on conflict (one) do update set revision = journal_keeping.revision + 1
returning revision
