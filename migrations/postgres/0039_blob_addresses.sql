-- Before a blob is taken away it is asked whether a row still names it, and a scrub asks by address: no walk over the
-- whole.
create index document_file_by_address on document_file (blob_address);
create index signature_by_address on signature (blob_address);
create index evidence_by_address on evidence (blob_address);
create index extract_by_prepared_address on extract (prepared_address);
create index extract_by_issued_address on extract (issued_address);
