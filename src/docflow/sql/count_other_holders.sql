-- One row. $2: the operator.
select count(*) as holders from content_key where document_id = $1 and holder <> $2
