-- The head moves with each batch, and its guard had the server begin a query each time for the one case that needs one: when
-- the minimum rises. What else it looks at are the two rows themselves, which is done before it is called; what it refuses
-- it refuses as before.
drop trigger log_head_only_grows on log_head;
create trigger log_head_only_grows before update on log_head
    for each row when (
        new.n operator(pg_catalog.<) old.n
            or new.t_ms operator(pg_catalog.<) old.t_ms
            or new.epoch operator(pg_catalog.<) old.epoch
            or new.origin operator(pg_catalog.<>) old.origin
            or new.minimum operator(pg_catalog.<>) old.minimum
    )
    execute function log_head_only_grows();
alter table log_head enable always trigger log_head_only_grows;
