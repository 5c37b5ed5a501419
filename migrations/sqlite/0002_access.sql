-- Who may ask for what: clients, their people, certificates, sessions, compromise cases.

create table client (
    party text not null primary key,
    display_name text not null,
    kind text not null,
    email text not null,
    phone text not null,
    language text not null,
    joined_at integer not null,
    acceptance_id blob not null
) strict;

create table membership (
    party text not null references client (party),
    iin text not null,
    capability text not null constraint membership_capability_is_known check (capability in ('sign', 'draft')),
    display_name text not null,
    added_at integer not null,
    added_by text not null,
    constraint a_person_is_a_member_once primary key (party, iin)
) strict;

create table invitation (
    id blob not null primary key,
    inviter text not null references client (party),
    invitee text not null,
    created_at integer not null,
    constraint a_counterparty_is_invited_once unique (inviter, invitee)
) strict;

create table challenge (
    id blob not null primary key,
    nonce blob not null,
    created_at integer not null,
    expires_at integer not null
) strict;

create table session (
    token_sha256 blob not null primary key,
    iin text not null,
    party text not null,
    certificate_sha256 blob not null,
    created_at integer not null,
    expires_at integer not null
) strict;

create index session_by_certificate on session (certificate_sha256);

create table certificate (
    sha256 blob not null primary key,
    der blob not null,
    serial text not null,
    iin text not null,
    bin text,
    not_before integer not null,
    not_after integer not null,
    first_seen_at integer not null,
    state text not null constraint certificate_state_is_known check (state in ('active', 'suspended', 'annulled')),
    cut_off integer,
    revision integer not null
) strict;

create index certificate_by_holder on certificate (iin);

create table compromise_case (
    id blob not null primary key,
    certificate_sha256 blob not null references certificate (sha256),
    reported_by text not null,
    reported_at integer not null,
    compromised_since integer not null,
    circumstances text not null,
    due_at integer not null,
    state text not null constraint case_state_is_known check (state in ('open', 'annulled', 'lifted')),
    decided_at integer,
    decided_by text,
    cut_off integer,
    event_id blob not null,
    revision integer not null
) strict;

create unique index a_certificate_has_one_open_case on compromise_case (certificate_sha256) where state = 'open';

create table idempotency (
    caller text not null,
    key text not null,
    request_sha256 blob not null,
    object text not null,
    created_at integer not null,
    constraint an_idempotency_key_is_used_once primary key (caller, key)
) strict;
