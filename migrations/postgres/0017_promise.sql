-- What was promised to callers who could not wait for the sequencer: the signed note that an event will be an entry by the
-- deadline. A promise is never taken back, so that an audit finds the broken ones.
create table journal_promise (
    event uuid not null primary key,
    note text not null,
    deadline bigint not null,
    made bigint not null
);

create trigger journal_promise_is_append_only before update or delete or truncate on journal_promise
    for each statement execute function journal_refuses('journal_promise_is_append_only');
alter table journal_promise enable always trigger journal_promise_is_append_only;
