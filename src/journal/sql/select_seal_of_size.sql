-- One row or none: the newest seal of the map as it stands.
select event, day, size, root, subjects, map from journal_seal where size = $1 order by event desc limit 1
