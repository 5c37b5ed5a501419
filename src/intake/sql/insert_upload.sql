-- One row: an upload that begins to come in.
insert into upload (id, party, iin, begun_at, seen_at, ends_at) values ($1, $2, $3, $4, $4, $5)
