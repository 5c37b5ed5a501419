-- Documents whose content is destroyed, and of which the journal's entries still reveal something: that is the journal, and
-- stays for its term. The worker looks at one again when the next of its entries is out of it.
create table unerased_document (
    document_id blob not null primary key references document (id),
    due_at integer not null
) strict;

create index unerased_document_by_time on unerased_document (due_at);

insert into unerased_document (document_id, due_at) select document_id, at from document_destroyed;
