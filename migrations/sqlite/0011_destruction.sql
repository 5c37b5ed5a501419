-- Requests to destroy content, what became of them, and what forbids it for a time.

-- A party's signed request: it has no access any more.
create table destruction_request (
    document_id blob not null references document (id),
    party text not null,
    cms blob not null,
    requested_at integer not null,
    kept_until integer,
    event_id blob not null,
    constraint a_party_asks_for_destruction_once primary key (document_id, party)
) strict;

-- Documents whose content nobody can read any more.
create table document_destroyed (
    document_id blob not null primary key references document (id),
    at integer not null,
    event_id blob not null
) strict;

-- Legal holds: while one stands nothing is destroyed.
create table legal_hold (
    id blob not null primary key,
    document_id blob not null references document (id),
    ground text not null,
    placed_by text not null,
    placed_at integer not null,
    placed_event blob not null,
    lifted_by text,
    lifted_at integer,
    lifted_event blob
) strict;

create index legal_hold_by_document on legal_hold (document_id);
