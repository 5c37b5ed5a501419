-- The map of subjects and the seals that commit to it.

-- Tiles of the map: a cache, which the openings of the entries rebuild.
create table journal_map_tile (
    prefix blob not null primary key,
    body blob not null
) strict, without rowid;

-- How far the map has come. One row.
create table journal_map (
    one integer not null primary key constraint a_database_holds_one_map check (one = 1),
    size integer not null,
    subjects integer not null,
    root blob not null constraint map_root_is_sha256 check (length(root) = 32)
) strict;

insert into journal_map (one, size, subjects, root)
values (1, 0, 0, x'0000000000000000000000000000000000000000000000000000000000000000');

-- What was sealed; each has an entry of its own in the log.
create table journal_seal (
    event blob not null primary key,
    day text not null,
    size integer not null,
    root blob not null,
    subjects integer not null,
    map blob not null
) strict, without rowid;

create index journal_seal_by_size on journal_seal (size);
create index journal_seal_by_day on journal_seal (day);

-- The operator's CAdES signatures over seals.
create table journal_seal_signature (
    event blob not null primary key references journal_seal (event),
    cms blob not null,
    made integer not null
) strict, without rowid;

create trigger journal_seal_is_not_changed before update on journal_seal
begin select raise(abort, 'journal_seal_is_append_only'); end;
create trigger journal_seal_is_not_deleted before delete on journal_seal
begin select raise(abort, 'journal_seal_is_append_only'); end;
create trigger journal_seal_signature_is_not_changed before update on journal_seal_signature
begin select raise(abort, 'journal_seal_signature_is_append_only'); end;
create trigger journal_seal_signature_is_not_deleted before delete on journal_seal_signature
begin select raise(abort, 'journal_seal_signature_is_append_only'); end;

-- The first entry fixes the key of pseudonyms: without its openings no proof of any extract holds.
create trigger journal_secret_first_is_kept before delete on journal_secret
when old.seq = 0
begin select raise(abort, 'journal_secret_first_is_kept'); end;
