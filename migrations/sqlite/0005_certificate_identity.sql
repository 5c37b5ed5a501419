-- A certificate is more than one spelling of it: its issuer with its serial number, and its key, name it as well.
-- Rows of before are filled when the service starts (`access::certificates::identify`).
alter table certificate add column issuer_sha256 blob;
alter table certificate add column spki_sha256 blob;

create index certificate_by_number on certificate (serial, issuer_sha256);
create index certificate_by_key on certificate (spki_sha256);

-- One act of signing is recorded once (A5.2.3): SHA-256 of the signature value. Rows of before have none.
alter table signature add column value_sha256 blob;

create unique index a_signature_value_is_recorded_once on signature (value_sha256);

-- When a document that waits for evidence is looked at next (at once when null), and how often it was.
alter table document add column next_check_at integer;
alter table document add column checks integer not null default 0;
