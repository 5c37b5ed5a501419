-- Pruning: what is past its term, lies outside the database in exported segments and was given up by two officers leaves the
-- database. Of each entry its place, instant and leaf hash stay, so that every proof goes on holding.

-- The first entry that is still held, but for entry 0, which always is. It only grows.
alter table log_head add column minimum bigint not null default 0;

create table journal_pruned (
    seq bigint not null primary key,
    t_ms bigint not null,
    leaf bytea not null constraint pruned_leaf_is_sha256 check (octet_length(leaf) = 32)
);

-- Where the entry of an event stands. The index alone is not believed: the entry is there and names the event, or was pruned.
create view journal_place as
select v.id, v.seq from journal_event v
where exists (select 1 from journal_entry e where e.seq = v.seq and e.id = v.id)
    or exists (select 1 from journal_pruned p where p.seq = v.seq);

-- Prunings, proposed by one officer and approved by another.
create table pruning (
    id uuid not null primary key,
    first bigint not null,
    past bigint not null,
    ground text not null,
    state text not null
        constraint pruning_state_is_known check (state in ('proposed', 'approved', 'refused', 'done')),
    is_open bigint constraint one_pruning_is_open unique
        constraint pruning_is_open_or_not check (is_open = 1),
    proposed_by text not null,
    proposed_at bigint not null,
    proposed_event uuid not null,
    decided_by text,
    decided_at bigint,
    decided_event uuid,
    reason text,
    done_event uuid,
    revision bigint not null,
    constraint nobody_approves_what_he_proposed check (decided_by is null or decided_by <> proposed_by),
    constraint a_pruning_is_of_entries check (first >= 0 and past > first)
);

create or replace function log_head_only_grows() returns trigger language plpgsql as $$
begin
    if new.n < old.n or new.t_ms < old.t_ms or new.epoch < old.epoch or new.origin <> old.origin
        or new.minimum < old.minimum
        or (new.minimum > old.minimum
            and not exists (select 1 from journal_export x where x.past = new.minimum and new.minimum <= new.n))
    then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'log_head_only_grows',
            constraint = 'log_head_only_grows';
    end if;
    return new;
end
$$;

-- As before; and of a log that was pruned, when it is put back, entry 0 is followed by the first one that is held.
create or replace function journal_entry_has_no_gaps() returns trigger language plpgsql as $$
declare
    bound bigint;
    first bigint;
    last bigint;
    added bigint;
begin
    select coalesce((select minimum from log_head where one = 1), 0) into bound;
    select min(seq), max(seq), count(*) into first, last, added from added_entry where seq > 0 or bound = 0;
    if added > 0 and (last - first + 1 <> added or first < 0
        or (first > 0 and first <> bound and not exists (select 1 from journal_entry where seq = first - 1)))
    then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'journal_entry_has_no_gaps',
            constraint = 'journal_entry_has_no_gaps';
    end if;
    return null;
end
$$;

-- A row goes when it was pruned: below the bound, and with its leaf kept.
create function journal_entry_goes_when_pruned() returns trigger language plpgsql as $$
begin
    if old.seq = 0 or old.seq >= (select minimum from log_head where one = 1)
        or not exists (select 1 from journal_pruned p where p.seq = old.seq and p.leaf = old.leaf)
    then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'journal_entry_is_append_only',
            constraint = 'journal_entry_is_append_only';
    end if;
    return old;
end
$$;

-- A trigger of the whole does not guard a segment that is addressed by its name: each has its own. Rows are in segments
-- alone.
create or replace function journal_guards(guarded text) returns void language plpgsql set search_path from current as $$
begin
    execute format('create trigger journal_entry_has_no_gaps after insert on %I
        referencing new table as added_entry
        for each statement execute function journal_entry_has_no_gaps()', guarded);
    execute format('create trigger journal_entry_is_append_only before update or truncate on %I
        for each statement execute function journal_refuses(''journal_entry_is_append_only'')', guarded);
    execute format('alter table %I enable always trigger journal_entry_has_no_gaps', guarded);
    execute format('alter table %I enable always trigger journal_entry_is_append_only', guarded);
    if guarded <> 'journal_entry' then
        execute format('create trigger journal_entry_goes_when_pruned before delete on %I
            for each row execute function journal_entry_goes_when_pruned()', guarded);
        execute format('alter table %I enable always trigger journal_entry_goes_when_pruned', guarded);
    end if;
end
$$;

do $$
declare
    guarded text;
begin
    for guarded in select 'journal_entry' union all select name from journal_segment loop
        execute format('drop trigger journal_entry_has_no_gaps on %I', guarded);
        execute format('drop trigger journal_entry_is_append_only on %I', guarded);
        perform journal_guards(guarded);
    end loop;
end
$$;

-- Drops the first segment that lies wholly below the bound, when the leaves of all its entries are kept; whether there was
-- one. Entry 0 moves into a segment of its own. The owner's.
create function journal_drops_segment() returns boolean language plpgsql set search_path from current as $$
declare
    item record;
    unkept boolean;
begin
    select s.first, s.name into item
        from journal_segment s join pg_inherits i on i.inhrelid = to_regclass(quote_ident(s.name))
        where s.past <= (select minimum from log_head where one = 1)
        order by s.first limit 1;
    if not found then
        return false;
    end if;
    execute format('select exists (select from %I e where e.seq > 0
        and not exists (select from journal_pruned p where p.seq = e.seq and p.leaf = e.leaf))', item.name) into unkept;
    if unkept then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'journal_entry_is_append_only',
            constraint = 'journal_entry_is_append_only';
    end if;
    execute format('alter table journal_entry detach partition %I', item.name);
    if item.first = 0 then
        create table journal_entry_first (like journal_entry including defaults including constraints);
        perform journal_guards('journal_entry_first');
        alter table journal_entry attach partition journal_entry_first for values from (0) to (1);
        execute format('insert into journal_entry select * from %I where seq = 0', item.name);
    end if;
    execute format('drop table %I', item.name);
    return true;
end
$$;

create trigger journal_pruned_is_append_only before update or delete or truncate on journal_pruned
    for each statement execute function journal_refuses('journal_pruned_is_append_only');
alter table journal_pruned enable always trigger journal_pruned_is_append_only;

do $$
declare
    path constant text := quote_ident(current_schema()) || ', pg_temp';
begin
    execute 'alter function journal_guards(text) set search_path = ' || path;
    execute 'alter function journal_drops_segment() set search_path = ' || path;
end
$$;

revoke all on function journal_drops_segment() from public;
