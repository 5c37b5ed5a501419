-- One row when the party has a notice of this kind, or none.
select 1 as told from notice where party = $1 and kind = $2 limit 1
