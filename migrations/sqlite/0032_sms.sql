-- Short messages beside mails. SQLite changes no check of a table: both are made anew.
create table contact_of_ways (
    id blob not null primary key,
    party text not null,
    iin text not null,
    channel text not null check (channel in ('email', 'sms')),
    address text not null,
    language text not null,
    added_at integer not null,
    confirmed_at integer
) strict;

insert into contact_of_ways (id, party, iin, channel, address, language, added_at, confirmed_at)
select id, party, iin, channel, address, language, added_at, confirmed_at from contact;
drop table contact;
alter table contact_of_ways rename to contact;
create unique index a_contact_is_kept_once on contact (party, iin, channel, address);

-- By which way a person wants to be written to for a party; mail where he said nothing.
create table contact_choice (
    party text not null,
    iin text not null,
    channel text not null check (channel in ('email', 'sms')),
    chosen_at integer not null,
    primary key (party, iin)
) strict;

-- A mail has a Message-ID from the start; a short message gets its mark from the gateway that takes it.
create table message_of_ways (
    id blob not null primary key,
    channel text not null check (channel in ('email', 'sms')),
    purpose text not null,
    party text not null,
    iin text not null,
    session_id blob,
    address text not null,
    mail_id text,
    gateway_id text,
    sha256 blob not null,
    size_bytes integer not null,
    wrapped_key blob not null,
    sealed blob not null,
    state text not null check (state in ('waiting', 'sent', 'delivered', 'failed')),
    made_at integer not null,
    give_up_at integer not null,
    next_at integer not null,
    attempts integer not null,
    taken_by blob,
    taken_until integer not null,
    last_reply text,
    ended_at integer,
    event_id blob not null,
    constraint a_mail_alone_has_a_message_id check ((channel = 'email') = (mail_id is not null))
) strict;

insert into message_of_ways (id, channel, purpose, party, iin, session_id, address, mail_id, sha256, size_bytes, wrapped_key,
    sealed, state, made_at, give_up_at, next_at, attempts, taken_by, taken_until, last_reply, ended_at, event_id)
select id, channel, purpose, party, iin, session_id, address, mail_id, sha256, size_bytes, wrapped_key,
    sealed, state, made_at, give_up_at, next_at, attempts, taken_by, taken_until, last_reply, ended_at, event_id from message;
drop table message;
alter table message_of_ways rename to message;
create index message_that_waits on message (channel, next_at) where state = 'waiting';
create index message_by_address on message (address, made_at);
