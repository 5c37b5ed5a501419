-- The journal: an append-only Merkle log of salted commitments, and beside it what may be erased.
-- Triggers are a guard rail against mistakes; the owner of the file can drop them. Tampering is found by
-- recomputation against signed checkpoints (`qolhat journal audit`).

-- Where the log ends. The only row of the log that ever changes.
create table log_head (
    one integer not null primary key constraint a_database_holds_one_log check (one = 1),
    origin text not null,
    n integer not null,
    root blob not null constraint root_is_sha256 check (length(root) = 32),
    t_ms integer not null,
    epoch integer not null,
    leader text not null,
    beat integer not null
) strict;

-- Events on their way into the log: written with the change they tell of, removed when sequenced.
create table journal_inbox (
    position integer not null primary key autoincrement,
    id blob not null constraint an_event_waits_once unique,
    body text not null
) strict;

-- Events that could not become entries. Empty unless a program wrote past `journal::enqueue`.
create table journal_quarantine (
    id blob not null primary key,
    body text not null,
    reason text not null,
    at integer not null
) strict;

-- The leaves: bytes are kept and hashed as written. `links` opens the commitments to subjects: a seed that their salts are
-- made from, then for each subject its pseudonym, its counter and the leaf before.
create table journal_entry (
    seq integer not null primary key,
    id blob not null,
    leaf blob not null constraint leaf_is_sha256 check (length(leaf) = 32),
    links blob not null,
    body blob not null constraint entry_fits check (length(body) <= 61440)
) strict;

-- The inner nodes that became complete with entry `seq`, lowest level first, 32 bytes each. Only odd
-- numbers complete any; level 0 is `journal_entry.leaf`.
create table journal_node (
    seq integer not null primary key,
    hashes blob not null constraint nodes_are_sha256 check (length(hashes) > 0 and length(hashes) % 32 = 0)
) strict;

-- A retried event finds its entry here.
create table journal_event (
    id blob not null primary key,
    seq integer not null
) strict, without rowid;

-- The entries of each subject in order; subjects are pseudonyms. Rebuildable from the entries. A row is a run: the entries
-- that one batch made of a subject, whose counters begin with `n`; `entries` holds their numbers in the log, 8 octets each,
-- and `last` is the last of them.
create table journal_subject (
    subject blob not null,
    n integer not null,
    last integer not null,
    entries blob not null constraint a_run_holds_numbers check (length(entries) > 0 and length(entries) % 8 = 0),
    constraint a_subject_counts_without_gaps primary key (subject, n)
) strict, without rowid;

create index journal_subject_by_entry on journal_subject (last);

-- Signed sizes and roots.
create table journal_checkpoint (
    size integer not null primary key,
    root blob not null,
    note text not null,
    made integer not null
) strict;

-- RFC 3161 tokens over checkpoint notes.
create table journal_time_stamp (
    size integer not null primary key references journal_checkpoint (size),
    token blob not null,
    made integer not null
) strict;

-- What opens the commitments to the actor and to what is told: the one part of the journal that may be erased. `facts` is a
-- JSON array of the committed values, the actor first; their salts are made from `seed`.
create table journal_secret (
    seq integer not null primary key,
    seed blob not null constraint seed_has_32_octets check (length(seed) = 32),
    facts text not null
) strict;

create trigger log_head_is_kept before delete on log_head
begin select raise(abort, 'log_head_is_kept'); end;
create trigger log_head_only_grows before update on log_head
when new.n < old.n or new.t_ms < old.t_ms or new.epoch < old.epoch or new.origin <> old.origin
begin select raise(abort, 'log_head_only_grows'); end;

create trigger journal_entry_has_no_gaps before insert on journal_entry
when new.seq is not coalesce((select max(seq) from journal_entry), -1) + 1
begin select raise(abort, 'journal_entry_has_no_gaps'); end;

create trigger journal_entry_is_never_changed before update on journal_entry
begin select raise(abort, 'journal_entry_is_append_only'); end;
create trigger journal_entry_is_never_removed before delete on journal_entry
begin select raise(abort, 'journal_entry_is_append_only'); end;

create trigger journal_node_is_never_changed before update on journal_node
begin select raise(abort, 'journal_node_is_append_only'); end;
create trigger journal_node_is_never_removed before delete on journal_node
begin select raise(abort, 'journal_node_is_append_only'); end;

create trigger journal_event_is_never_changed before update on journal_event
begin select raise(abort, 'journal_event_is_append_only'); end;
create trigger journal_event_is_never_removed before delete on journal_event
begin select raise(abort, 'journal_event_is_append_only'); end;

create trigger journal_subject_is_never_changed before update on journal_subject
begin select raise(abort, 'journal_subject_is_append_only'); end;
create trigger journal_subject_is_never_removed before delete on journal_subject
begin select raise(abort, 'journal_subject_is_append_only'); end;

create trigger journal_checkpoint_is_never_changed before update on journal_checkpoint
begin select raise(abort, 'journal_checkpoint_is_append_only'); end;
create trigger journal_checkpoint_is_never_removed before delete on journal_checkpoint
begin select raise(abort, 'journal_checkpoint_is_append_only'); end;

create trigger journal_time_stamp_is_never_changed before update on journal_time_stamp
begin select raise(abort, 'journal_time_stamp_is_append_only'); end;
create trigger journal_time_stamp_is_never_removed before delete on journal_time_stamp
begin select raise(abort, 'journal_time_stamp_is_append_only'); end;

create trigger journal_secret_is_never_changed before update on journal_secret
begin select raise(abort, 'journal_secret_is_only_erased'); end;
