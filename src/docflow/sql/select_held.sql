-- One row per document that a hold keeps now.
select distinct document_id from legal_hold where lifted_at is null order by document_id
