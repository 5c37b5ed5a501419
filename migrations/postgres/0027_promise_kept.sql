-- A promise tells by its digest what the event said. One that was kept goes when what its entry says is erased: nobody needs
-- it any more, and no audit misses it.
drop trigger journal_promise_is_append_only on journal_promise;
create trigger journal_promise_is_append_only before update or truncate on journal_promise
    for each statement execute function journal_refuses('journal_promise_is_append_only');
alter table journal_promise enable always trigger journal_promise_is_append_only;

create function journal_promise_outlives_no_opening() returns trigger language plpgsql as $$
begin
    if not exists (select from journal_event v join journal_entry e on e.seq = v.seq and e.id = v.id where v.id = old.event)
        or exists (select from journal_secret s join journal_event v on v.seq = s.seq where v.id = old.event)
    then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'journal_promise_is_append_only',
            constraint = 'journal_promise_is_append_only';
    end if;
    return old;
end
$$;

create trigger journal_promise_outlives_no_opening before delete on journal_promise
    for each row execute function journal_promise_outlives_no_opening();
alter table journal_promise enable always trigger journal_promise_outlives_no_opening;
