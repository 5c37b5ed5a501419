-- Large files that come ahead of the documents they are for. One that is coming in is not finished; one that is here is used
-- once, by its own party, or ends.
create table upload (
    id blob not null primary key,
    party text not null,
    iin text not null,
    begun_at integer not null,
    -- Moved on while it comes in: one that stands still was left by a process that is gone.
    seen_at integer not null,
    ends_at integer not null,
    finished_at integer,
    size_bytes integer,
    media_type text,
    digests text,
    blob_address blob,
    wrapped_key blob
) strict;

create index upload_by_party on upload (party);

-- Digests taken of a large file as it came in, for the signatures over it; none for files that are held to be checked.
alter table document_file add column digests text;
