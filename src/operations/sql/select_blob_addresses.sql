-- Every address that a row names from $1 on and before $2, each once. No locks. A table that names blobs belongs here: a
-- test looks for columns that end in _address.
select address from (
    select blob_address as address from document_file
    union select blob_address from signature
    union select blob_address from evidence
    union select blob_address from offer_text
    union select prepared_address from extract
    union select issued_address from extract
) named where address >= $1 and address < $2
