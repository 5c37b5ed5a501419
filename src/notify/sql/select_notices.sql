-- At most $5 notices of one party past the place ($2, $3) whose positions are past $4, in the order of the journal. No lock.
select n.position, n.kind, n.document_id, n.created_at, n.seq from notice n
where n.party = $1 and (n.seq, n.position) > ($2, $3) and n.position > $4
order by n.seq, n.position limit $5
