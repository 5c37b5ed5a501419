-- One row when the event of a notice of this party was sequenced and the notice does not say so yet, or none. No lock.
select 1 as unplaced from notice n join journal_place e on e.id = n.event_id
where n.party = $1 and n.seq is null limit 1
