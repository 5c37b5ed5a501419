-- A session is a subject of the journal: it has an id of its own, which is not its token. One that was opened before has none,
-- and ends within hours.
alter table session add column id uuid;

create unique index a_session_has_one_id on session (id);
create index session_by_end on session (expires_at);

-- How often a certificate opened a session, and was refused one, in an hour of Unix time: what one key can write into the
-- journal is bounded.
create table login_tally (
    certificate_sha256 bytea not null,
    hour bigint not null,
    opened bigint not null,
    refused bigint not null,
    primary key (certificate_sha256, hour)
);
