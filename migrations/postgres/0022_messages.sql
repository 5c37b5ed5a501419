-- Where a person is written to for a party: an address counts when a code sent there came back.
create table contact (
    id uuid not null primary key,
    party text not null,
    iin text not null,
    channel text not null check (channel in ('email')),
    address text not null,
    language text not null,
    added_at bigint not null,
    confirmed_at bigint
);

create unique index a_contact_is_kept_once on contact (party, iin, channel, address);

-- One-time codes. Of the code itself a salted hash under a key of the service is kept. Rows stay for as long as codes are
-- counted; the contact may be gone before.
create table code (
    id uuid not null primary key,
    contact_id uuid not null,
    session_id uuid not null,
    iin text not null,
    address text not null,
    salt bytea not null,
    hash bytea not null,
    made_at bigint not null,
    expires_at bigint not null,
    attempts bigint not null,
    state text not null check (state in ('open', 'right', 'spent', 'replaced')),
    message_id uuid not null
);

create index code_by_contact on code (contact_id);
create index code_by_person on code (iin, made_at);
create index code_by_address on code (address, made_at);

-- Messages on their way and those that went: the octets sealed under a key of their own. One that waits is taken by one
-- worker at a time; who took it and did not come back is followed by another.
create table message (
    id uuid not null primary key,
    channel text not null check (channel in ('email')),
    purpose text not null,
    party text not null,
    iin text not null,
    session_id uuid,
    address text not null,
    mail_id text not null,
    sha256 bytea not null,
    size_bytes bigint not null,
    wrapped_key bytea not null,
    sealed bytea not null,
    state text not null check (state in ('waiting', 'sent', 'failed')),
    made_at bigint not null,
    give_up_at bigint not null,
    next_at bigint not null,
    attempts bigint not null,
    taken_by uuid,
    taken_until bigint not null,
    last_reply text,
    ended_at bigint,
    event_id uuid not null
);

create index message_that_waits on message (next_at) where state = 'waiting';
create index message_by_address on message (address, made_at);
