-- Guards look into this schema alone, whoever they run for and whatever he has made: a table of his own, temporary or found
-- first by his search_path, or an operator, hides nothing from them. Where pg_temp is not named, temporary tables come first.
do $$
declare
    guard regprocedure;
begin
    for guard in
        select oid from pg_proc where pronamespace = current_schema()::regnamespace and prorettype = 'trigger'::regtype
            and (proname like 'journal\_%' or proname like 'log\_head\_%')
    loop
        execute format('alter function %s set search_path = %I, pg_temp', guard, current_schema());
    end loop;
end
$$;
