-- One row: a pruning that one officer proposes. Refused while another is open.
insert into pruning (id, first, past, ground, state, is_open, proposed_by, proposed_at, proposed_event, revision)
values ($1, $2, $3, $4, 'proposed', 1, $5, $6, $7, 0)
