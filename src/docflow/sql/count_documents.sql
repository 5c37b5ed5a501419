-- One row: how many documents of a party stand in each box, and how many wait for its answer. No lock.
select
    coalesce(sum(case when recipient = $1 and state = 'received' then 1 else 0 end), 0) as waiting,
    coalesce(sum(case when recipient = $1 then 1 else 0 end), 0) as inbox,
    coalesce(sum(case when sender = $1 and state <> 'draft' then 1 else 0 end), 0) as outbox,
    coalesce(sum(case when sender = $1 and state = 'draft' then 1 else 0 end), 0) as drafts
from document
where (sender = $1)
    or (recipient = $1 and state not in ('draft', 'check-pending', 'check-failed')
        and exists (select 1 from journal_event e where e.id = document.recorded_event))
