-- Cosignatures of witnesses over checkpoints: kept as they came, never changed.
create table journal_cosignature (
    size bigint not null references journal_checkpoint (size),
    witness text not null,
    line text not null,
    cosigned bigint not null,
    made bigint not null,
    constraint a_witness_cosigns_a_size_once primary key (size, witness)
);

create index journal_cosignature_by_witness on journal_cosignature (witness, size);

create trigger journal_cosignature_is_append_only before update or delete or truncate on journal_cosignature
    for each statement execute function journal_refuses('journal_cosignature_is_append_only');
alter table journal_cosignature enable always trigger journal_cosignature_is_append_only;
