-- At most $3 notices of one party after the cursor $2 whose event is sequenced, the oldest first. No lock.
select n.position, n.kind, n.document_id, n.created_at, e.seq from notice n join journal_event v on v.id = n.event_id
join journal_entry e on e.seq = v.seq and e.id = v.id
where n.party = $1 and n.position > $2 order by n.position limit $3
