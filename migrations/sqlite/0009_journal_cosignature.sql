-- Cosignatures of witnesses over checkpoints: kept as they came, never changed.
create table journal_cosignature (
    size integer not null references journal_checkpoint (size),
    witness text not null,
    line text not null,
    cosigned integer not null,
    made integer not null,
    constraint a_witness_cosigns_a_size_once primary key (size, witness)
) strict, without rowid;

create index journal_cosignature_by_witness on journal_cosignature (witness, size);

create trigger journal_cosignature_is_never_changed before update on journal_cosignature
begin select raise(abort, 'journal_cosignature_is_append_only'); end;
create trigger journal_cosignature_is_never_removed before delete on journal_cosignature
begin select raise(abort, 'journal_cosignature_is_append_only'); end;
