-- Sealed segments of the log that lie outside the database, each in one blob.

create table journal_export (
    first integer not null primary key,
    past integer not null,
    segment_address blob not null,
    size_bytes integer not null,
    locked_until text,
    event blob not null,
    made integer not null,
    constraint an_exported_segment_holds_entries check (first >= 0 and past > first)
) strict;

-- One after the other, from the first entry on.
create trigger journal_export_has_no_gaps before insert on journal_export
when new.first is not coalesce((select max(past) from journal_export), 0)
begin select raise(abort, 'journal_export_has_no_gaps'); end;
create trigger journal_export_is_never_changed before update on journal_export
begin select raise(abort, 'journal_export_is_append_only'); end;
create trigger journal_export_is_never_removed before delete on journal_export
begin select raise(abort, 'journal_export_is_append_only'); end;
