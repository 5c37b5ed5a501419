-- Requests to destroy content, what became of them, and what forbids it for a time.

-- A party's signed request: it has no access any more.
create table destruction_request (
    document_id uuid not null references document (id),
    party text not null,
    cms bytea not null,
    requested_at bigint not null,
    kept_until bigint,
    event_id uuid not null,
    constraint a_party_asks_for_destruction_once primary key (document_id, party)
);

-- Documents whose content nobody can read any more.
create table document_destroyed (
    document_id uuid not null primary key references document (id),
    at bigint not null,
    event_id uuid not null
);

-- Legal holds: while one stands nothing is destroyed.
create table legal_hold (
    id uuid not null primary key,
    document_id uuid not null references document (id),
    ground text not null,
    placed_by text not null,
    placed_at bigint not null,
    placed_event uuid not null,
    lifted_by text,
    lifted_at bigint,
    lifted_event uuid
);

create index legal_hold_by_document on legal_hold (document_id);
