-- Sealed segments of the log that lie outside the database, each in one blob.

create table journal_export (
    first bigint not null primary key,
    past bigint not null,
    segment_address bytea not null,
    size_bytes bigint not null,
    locked_until text,
    event uuid not null,
    made bigint not null,
    constraint an_exported_segment_holds_entries check (first >= 0 and past > first)
);

-- One after the other, from the first entry on.
create function journal_export_has_no_gaps() returns trigger language plpgsql as $$
begin
    if new.first <> coalesce((select max(past) from journal_export), 0) then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'journal_export_has_no_gaps',
            constraint = 'journal_export_has_no_gaps';
    end if;
    return new;
end
$$;

create trigger journal_export_has_no_gaps before insert on journal_export
    for each row execute function journal_export_has_no_gaps();
create trigger journal_export_is_append_only before update or delete or truncate on journal_export
    for each statement execute function journal_refuses('journal_export_is_append_only');
alter table journal_export enable always trigger journal_export_has_no_gaps;
alter table journal_export enable always trigger journal_export_is_append_only;
