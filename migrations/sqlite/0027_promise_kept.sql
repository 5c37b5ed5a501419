-- A promise tells by its digest what the event said. One that was kept goes when what its entry says is erased: nobody needs
-- it any more, and no audit misses it.
drop trigger journal_promise_is_not_deleted;
create trigger journal_promise_is_not_deleted before delete on journal_promise
when not exists (select 1 from journal_event v join journal_entry e on e.seq = v.seq and e.id = v.id where v.id = old.event)
    or exists (select 1 from journal_secret s join journal_event v on v.seq = s.seq where v.id = old.event)
begin select raise(abort, 'journal_promise_is_append_only'); end;
