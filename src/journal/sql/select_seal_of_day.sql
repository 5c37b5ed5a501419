-- One row or none.
select 1 as sealed from journal_seal where day = $1 limit 1
