-- The signatures of one document: two at most. No lock.
select id, document_id, side, iin, bin, role, common_name, certificate_sha256, cms_sha256, blob_address, claimed_at,
    proven_at, checked_at, indication, sub_indication, report, event_id
from signature where document_id = $1 order by checked_at, id
