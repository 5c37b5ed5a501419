-- Several processes on one log: one leads while its lease lives, by the clock of the database. And entries in segments,
-- so that old ones can be exported and dropped.

alter table log_head add column lease_until bigint not null default 0;
alter table log_head drop column beat;

-- The clock that leases are kept by: milliseconds since 1970 in UTC.
create view database_clock as select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms;

-- What was there is the first segment.
drop trigger journal_entry_has_no_gaps on journal_entry;
drop trigger journal_entry_is_append_only on journal_entry;
alter table journal_entry rename to journal_entry_0;
alter table journal_entry_0 rename constraint journal_entry_pkey to journal_entry_0_pkey;

create table journal_entry (
    seq bigint not null primary key,
    id uuid not null,
    leaf bytea not null constraint leaf_is_sha256 check (octet_length(leaf) = 32),
    links bytea not null,
    body bytea not null constraint entry_fits check (octet_length(body) <= 61440)
) partition by range (seq);

-- A trigger of the whole does not guard a segment that is addressed by its name: each has its own.
create function journal_guards(guarded text) returns void language plpgsql set search_path from current as $$
begin
    execute format('create trigger journal_entry_has_no_gaps after insert on %I
        referencing new table as added_entry
        for each statement execute function journal_entry_has_no_gaps()', guarded);
    execute format('create trigger journal_entry_is_append_only before update or delete or truncate on %I
        for each statement execute function journal_refuses(''journal_entry_is_append_only'')', guarded);
    execute format('alter table %I enable always trigger journal_entry_has_no_gaps', guarded);
    execute format('alter table %I enable always trigger journal_entry_is_append_only', guarded);
end
$$;

select journal_guards('journal_entry');
select journal_guards('journal_entry_0');

-- The segments: which numbers each holds, from `first` up to and without `past`.
create table journal_segment (
    first bigint not null primary key,
    past bigint not null constraint a_segment_holds_numbers check (past > first),
    name text not null constraint a_segment_has_one_name unique
);

-- A whole number of 2^20 entries, of which the log fills half at the most.
do $$
declare
    past bigint := 1048576;
begin
    while past / 2 < (select coalesce(max(seq), 0) from journal_entry_0) loop
        past := past + 1048576;
    end loop;
    execute format('alter table journal_entry attach partition journal_entry_0 for values from (0) to (%s)', past);
    insert into journal_segment (first, past, name) values (0, past, 'journal_entry_0');
end
$$;

-- Makes the next segment, of 2^20 entries, long before it is needed; the owner does it whoever sequences.
create function journal_adds_segment() returns trigger language plpgsql security definer
    set search_path from current as $$
declare
    due bigint;
    made text;
begin
    select max(past) into due from journal_segment;
    if new.n < due - 524288 then
        return null;
    end if;
    made := 'journal_entry_' || due;
    execute format('create table %I (like journal_entry including defaults including constraints)', made);
    perform journal_guards(made);
    execute format('alter table journal_entry attach partition %I for values from (%s) to (%s)',
        made, due, due + 1048576);
    insert into journal_segment (first, past, name) values (due, due + 1048576, made);
    return null;
end
$$;

revoke all on function journal_guards(text) from public;

-- At the end of the transaction: until then the statement that appends holds the table.
create constraint trigger log_head_adds_segment after update of n on log_head
    deferrable initially deferred
    for each row execute function journal_adds_segment();
alter table log_head enable always trigger log_head_adds_segment;

create trigger journal_segment_is_append_only before update or delete or truncate on journal_segment
    for each statement execute function journal_refuses('journal_segment_is_append_only');
alter table journal_segment enable always trigger journal_segment_is_append_only;

-- Found by ranges of numbers that rise with the table: a block range is enough, and costs an append nothing.
drop index journal_subject_by_entry;
create index journal_subject_by_entry on journal_subject using brin (last) with (pages_per_range = 16, autosummarize = on);

-- Functions that run as their owner look into this schema alone: where pg_temp is not named, temporary tables of whoever
-- calls come first.
do $$
declare
    path constant text := quote_ident(current_schema()) || ', pg_temp';
begin
    execute 'alter function journal_adds_segment() set search_path = ' || path;
    execute 'alter function journal_guards(text) set search_path = ' || path;
end
$$;
