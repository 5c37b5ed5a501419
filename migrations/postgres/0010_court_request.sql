-- Requests of courts and bodies for extracts: recorded by one officer, decided by another, answered by one extract.
create table court_request (
    id uuid not null primary key,
    authority text not null,
    reference text not null,
    dated text not null,
    ground text not null,
    words text not null,
    scope text not null,
    received_at bigint not null,
    due_at bigint not null,
    state text not null
        constraint court_request_state_is_known check (state in ('recorded', 'approved', 'refused', 'answered')),
    recorded_by text not null,
    recorded_at bigint not null,
    recorded_event uuid not null,
    decided_by text,
    decided_at bigint,
    decided_event uuid,
    reason text,
    revision bigint not null,
    constraint nobody_decides_what_he_recorded check (decided_by is null or decided_by <> recorded_by)
);

create index court_request_by_time on court_request (recorded_at);

-- The request that an extract answers; none for what a party asked for itself.
alter table extract add column court_request_id uuid references court_request (id);

create index extract_by_court_request on extract (court_request_id);
