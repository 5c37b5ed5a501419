-- What a journal must not lose, and which documents an extract holds.

-- A note by the log's key that this checkpoint came right after that of another size: a checkpoint taken away shows.
alter table journal_checkpoint add column link text not null default '';

-- The documents of an extract: which party may have it.
create table extract_document (
    extract_id blob not null references extract (id),
    document_id blob not null references document (id),
    constraint a_document_is_once_in_an_extract primary key (extract_id, document_id)
) strict, without rowid;

create index extract_document_by_document on extract_document (document_id);
