-- The signatures made by one certificate and proven at or after $2 (an unproven one counts), on documents that were
-- recorded. No lock.
select id, document_id, side, iin, bin, role, common_name, certificate_sha256, cms_sha256, blob_address, claimed_at,
    proven_at, checked_at, indication, sub_indication, report, event_id
from signature where certificate_sha256 = $1 and (proven_at is null or proven_at >= $2) and indication = 'TOTAL-PASSED'
order by checked_at, id
