-- Pruning: what is past its term, lies outside the database in exported segments and was given up by two officers leaves the
-- database. Of each entry its place, instant and leaf hash stay, so that every proof goes on holding.

-- The first entry that is still held, but for entry 0, which always is. It only grows.
alter table log_head add column minimum integer not null default 0;

create table journal_pruned (
    seq integer not null primary key,
    t_ms integer not null,
    leaf blob not null constraint pruned_leaf_is_sha256 check (length(leaf) = 32)
) strict;

-- Where the entry of an event stands. The index alone is not believed: the entry is there and names the event, or was pruned.
create view journal_place as
select v.id, v.seq from journal_event v
where exists (select 1 from journal_entry e where e.seq = v.seq and e.id = v.id)
    or exists (select 1 from journal_pruned p where p.seq = v.seq);

-- Prunings, proposed by one officer and approved by another.
create table pruning (
    id blob not null primary key,
    first integer not null,
    past integer not null,
    ground text not null,
    state text not null
        constraint pruning_state_is_known check (state in ('proposed', 'approved', 'refused', 'done')),
    is_open integer constraint one_pruning_is_open unique
        constraint pruning_is_open_or_not check (is_open = 1),
    proposed_by text not null,
    proposed_at integer not null,
    proposed_event blob not null,
    decided_by text,
    decided_at integer,
    decided_event blob,
    reason text,
    done_event blob,
    revision integer not null,
    constraint nobody_approves_what_he_proposed check (decided_by is null or decided_by <> proposed_by),
    constraint a_pruning_is_of_entries check (first >= 0 and past > first)
) strict;

drop trigger log_head_only_grows;
create trigger log_head_only_grows before update on log_head
when new.n < old.n or new.t_ms < old.t_ms or new.epoch < old.epoch or new.origin <> old.origin or new.minimum < old.minimum
    or (new.minimum > old.minimum
        and not exists (select 1 from journal_export x where x.past = new.minimum and new.minimum <= new.n))
begin select raise(abort, 'log_head_only_grows'); end;

drop trigger journal_entry_is_never_removed;
create trigger journal_entry_is_never_removed before delete on journal_entry
when old.seq = 0 or old.seq >= (select minimum from log_head where one = 1)
    or not exists (select 1 from journal_pruned p where p.seq = old.seq and p.leaf = old.leaf)
begin select raise(abort, 'journal_entry_is_append_only'); end;

create trigger journal_pruned_is_never_changed before update on journal_pruned
begin select raise(abort, 'journal_pruned_is_append_only'); end;
create trigger journal_pruned_is_never_removed before delete on journal_pruned
begin select raise(abort, 'journal_pruned_is_append_only'); end;
