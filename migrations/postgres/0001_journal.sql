-- The journal: an append-only Merkle log of salted commitments, and beside it what may be erased.
-- Triggers are a guard rail against mistakes and fire even under session_replication_role = replica; a
-- superuser can disable them. Tampering is found by recomputation against signed checkpoints
-- (`qolhat journal audit`).

-- Where the log ends. The only row of the log that ever changes.
create table log_head (
    one bigint not null primary key constraint a_database_holds_one_log check (one = 1),
    origin text not null,
    n bigint not null,
    root bytea not null constraint root_is_sha256 check (octet_length(root) = 32),
    t_ms bigint not null,
    epoch bigint not null,
    leader text not null,
    beat bigint not null
);

-- Events on their way into the log: written with the change they tell of, removed when sequenced.
create table journal_inbox (
    position bigint generated always as identity primary key,
    id uuid not null constraint an_event_waits_once unique,
    body text not null
);

-- Events that could not become entries. Empty unless a program wrote past `journal::enqueue`.
create table journal_quarantine (
    id uuid not null primary key,
    body text not null,
    reason text not null,
    at bigint not null
);

-- The leaves: bytes are kept and hashed as written. `links` opens the commitments to subjects: a seed that their salts are
-- made from, then for each subject its pseudonym, its counter and the leaf before.
create table journal_entry (
    seq bigint not null primary key,
    id uuid not null,
    leaf bytea not null constraint leaf_is_sha256 check (octet_length(leaf) = 32),
    links bytea not null,
    body bytea not null constraint entry_fits check (octet_length(body) <= 61440)
);

-- The inner nodes that became complete with entry `seq`, lowest level first, 32 bytes each. Only odd
-- numbers complete any; level 0 is `journal_entry.leaf`.
create table journal_node (
    seq bigint not null primary key,
    hashes bytea not null constraint nodes_are_sha256
        check (octet_length(hashes) > 0 and octet_length(hashes) % 32 = 0)
);

-- A retried event finds its entry here.
create table journal_event (
    id uuid not null primary key,
    seq bigint not null
);

-- The entries of each subject in order; subjects are pseudonyms. Rebuildable from the entries. A row is a run: the entries
-- that one batch made of a subject, whose counters begin with `n`; `entries` holds their numbers in the log, 8 octets each,
-- and `last` is the last of them.
create table journal_subject (
    subject bytea not null,
    n bigint not null,
    last bigint not null,
    entries bytea not null constraint a_run_holds_numbers
        check (octet_length(entries) > 0 and octet_length(entries) % 8 = 0),
    constraint a_subject_counts_without_gaps primary key (subject, n)
);

create index journal_subject_by_entry on journal_subject (last);

-- Signed sizes and roots.
create table journal_checkpoint (
    size bigint not null primary key,
    root bytea not null,
    note text not null,
    made bigint not null
);

-- RFC 3161 tokens over checkpoint notes.
create table journal_time_stamp (
    size bigint not null primary key references journal_checkpoint (size),
    token bytea not null,
    made bigint not null
);

-- What opens the commitments to the actor and to what is told: the one part of the journal that may be erased. `facts` is a
-- JSON array of the committed values, the actor first; their salts are made from `seed`.
create table journal_secret (
    seq bigint not null primary key,
    seed bytea not null constraint seed_has_32_octets check (octet_length(seed) = 32),
    facts text not null
);

-- What a statement was written for, and does not find: then nothing of it is done.
create function must_hold(holds boolean) returns boolean language plpgsql as $$
begin
    if holds then
        return true;
    end if;
    raise exception using
        errcode = 'integrity_constraint_violation',
        message = 'what_was_expected_is_there',
        constraint = 'what_was_expected_is_there';
end
$$;

create function journal_refuses() returns trigger language plpgsql as $$
begin
    raise exception using
        errcode = 'integrity_constraint_violation',
        message = tg_argv[0],
        constraint = tg_argv[0];
end
$$;

create function log_head_only_grows() returns trigger language plpgsql as $$
begin
    if new.n < old.n or new.t_ms < old.t_ms or new.epoch < old.epoch or new.origin <> old.origin then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'log_head_only_grows',
            constraint = 'log_head_only_grows';
    end if;
    return new;
end
$$;

-- With the primary key this keeps numbers without gaps: what is added is one run without holes, and it
-- begins at 0 or right after an entry that exists.
create function journal_entry_has_no_gaps() returns trigger language plpgsql as $$
declare
    first bigint;
    last bigint;
    added bigint;
begin
    select min(seq), max(seq), count(*) into first, last, added from added_entry;
    if added > 0 and (last - first + 1 <> added or first < 0
        or (first > 0 and not exists (select 1 from journal_entry where seq = first - 1)))
    then
        raise exception using
            errcode = 'integrity_constraint_violation',
            message = 'journal_entry_has_no_gaps',
            constraint = 'journal_entry_has_no_gaps';
    end if;
    return null;
end
$$;

create trigger log_head_is_kept before delete or truncate on log_head
    for each statement execute function journal_refuses('log_head_is_kept');
create trigger log_head_only_grows before update on log_head
    for each row execute function log_head_only_grows();
create trigger journal_entry_has_no_gaps after insert on journal_entry
    referencing new table as added_entry
    for each statement execute function journal_entry_has_no_gaps();
create trigger journal_entry_is_append_only before update or delete or truncate on journal_entry
    for each statement execute function journal_refuses('journal_entry_is_append_only');
create trigger journal_node_is_append_only before update or delete or truncate on journal_node
    for each statement execute function journal_refuses('journal_node_is_append_only');
create trigger journal_event_is_append_only before update or delete or truncate on journal_event
    for each statement execute function journal_refuses('journal_event_is_append_only');
create trigger journal_subject_is_append_only before update or delete or truncate on journal_subject
    for each statement execute function journal_refuses('journal_subject_is_append_only');
create trigger journal_checkpoint_is_append_only before update or delete or truncate on journal_checkpoint
    for each statement execute function journal_refuses('journal_checkpoint_is_append_only');
create trigger journal_time_stamp_is_append_only before update or delete or truncate on journal_time_stamp
    for each statement execute function journal_refuses('journal_time_stamp_is_append_only');
create trigger journal_secret_is_only_erased before update or truncate on journal_secret
    for each statement execute function journal_refuses('journal_secret_is_only_erased');

alter table log_head enable always trigger log_head_is_kept;
alter table log_head enable always trigger log_head_only_grows;
alter table journal_entry enable always trigger journal_entry_has_no_gaps;
alter table journal_entry enable always trigger journal_entry_is_append_only;
alter table journal_node enable always trigger journal_node_is_append_only;
alter table journal_event enable always trigger journal_event_is_append_only;
alter table journal_subject enable always trigger journal_subject_is_append_only;
alter table journal_checkpoint enable always trigger journal_checkpoint_is_append_only;
alter table journal_time_stamp enable always trigger journal_time_stamp_is_append_only;
alter table journal_secret enable always trigger journal_secret_is_only_erased;
