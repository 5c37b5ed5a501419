-- One row.
insert into offer_version (offer_id, version, prevailing, in_force_from, published_at, published_by, event_id)
values ($1, $2, $3, $4, $5, $6, $7)
