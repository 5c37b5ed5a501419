-- The map of subjects and the seals that commit to it.

-- Tiles of the map: a cache, which the openings of the entries rebuild.
create table journal_map_tile (
    prefix bytea not null primary key,
    body bytea not null
);

-- How far the map has come. One row.
create table journal_map (
    one bigint not null primary key constraint a_database_holds_one_map check (one = 1),
    size bigint not null,
    subjects bigint not null,
    root bytea not null constraint map_root_is_sha256 check (octet_length(root) = 32)
);

insert into journal_map (one, size, subjects, root)
values (1, 0, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

-- What was sealed; each has an entry of its own in the log.
create table journal_seal (
    event uuid not null primary key,
    day text not null,
    size bigint not null,
    root bytea not null,
    subjects bigint not null,
    map bytea not null
);

create index journal_seal_by_size on journal_seal (size);
create index journal_seal_by_day on journal_seal (day);

-- The operator's CAdES signatures over seals.
create table journal_seal_signature (
    event uuid not null primary key references journal_seal (event),
    cms bytea not null,
    made bigint not null
);

create trigger journal_seal_is_append_only before update or delete or truncate on journal_seal
    for each statement execute function journal_refuses('journal_seal_is_append_only');
create trigger journal_seal_signature_is_append_only before update or delete or truncate on journal_seal_signature
    for each statement execute function journal_refuses('journal_seal_signature_is_append_only');
alter table journal_seal enable always trigger journal_seal_is_append_only;
alter table journal_seal_signature enable always trigger journal_seal_signature_is_append_only;

-- The first entry fixes the key of pseudonyms: without its openings no proof of any extract holds.
create trigger journal_secret_first_is_kept before delete on journal_secret
    for each row when (old.seq = 0)
    execute function journal_refuses('journal_secret_first_is_kept');
alter table journal_secret enable always trigger journal_secret_first_is_kept;
