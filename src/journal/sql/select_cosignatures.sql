-- One row per witness that cosigned the checkpoint of this size.
select line from journal_cosignature where size = $1 order by witness
