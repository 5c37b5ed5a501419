-- What was promised to callers who could not wait for the sequencer: the signed note that an event will be an entry by the
-- deadline. A promise is never taken back, so that an audit finds the broken ones.
create table journal_promise (
    event blob not null primary key,
    note text not null,
    deadline integer not null,
    made integer not null
) strict, without rowid;

create trigger journal_promise_is_not_changed before update on journal_promise
begin select raise(abort, 'journal_promise_is_append_only'); end;
create trigger journal_promise_is_not_deleted before delete on journal_promise
begin select raise(abort, 'journal_promise_is_append_only'); end;
