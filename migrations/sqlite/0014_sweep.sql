-- Blobs whose keys are erased and which are still to be taken away: struck off when the store and the database have
-- forgotten them.
create table unswept_blob (
    address blob not null primary key,
    since integer not null
) strict;

-- What was destroyed before this list was kept is swept once more.
insert into unswept_blob (address, since)
select blob_address, at from (
    select f.blob_address, d.at from document_file f join document_destroyed d on d.document_id = f.document_id
    union select s.blob_address, d.at from signature s join document_destroyed d on d.document_id = s.document_id
    union select e.blob_address, d.at from evidence e join signature s on s.id = e.signature_id
        join document_destroyed d on d.document_id = s.document_id where e.sealed = 1
    union select x.prepared_address, x.prepared_at from extract x where length(x.wrapped_key) = 0
    union select x.issued_address, x.prepared_at from extract x
        where length(x.wrapped_key) = 0 and x.issued_address is not null
) destroyed where true on conflict (address) do nothing;
