-- One row per witness and checkpoint: those of the sizes that the entries from $1 to before $2 make.
select size, witness, line from journal_cosignature where size > $1 and size <= $2 order by size, witness
