-- One row or none.
select requested_at, kept_until from destruction_request where document_id = $1 and party = $2
