-- The cases that contest a signature of one document. No lock.
select c.id, c.certificate_sha256, c.reported_by, c.reported_at, c.compromised_since, c.circumstances, c.due_at,
    c.state, c.decided_at, c.decided_by, c.cut_off, c.event_id
from compromise_case c where c.id in (select case_id from contest where document_id = $1) order by c.reported_at
