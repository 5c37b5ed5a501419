-- One row, or none when this witness has cosigned this size.
insert into journal_cosignature (size, witness, line, cosigned, made)
values ($1, $2, $3, $4, $5)
on conflict (size, witness) do nothing
