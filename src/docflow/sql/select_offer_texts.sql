-- The texts of one version: three at most. No lock.
select language, sha256, size_bytes, blob_address from offer_text where offer_id = $1 and version = $2 order by language
