-- At most 200 rows: clients with whom a party has exchanged documents, by name. No lock.
-- A document that is not received does not exist for its addressee: its sender is not told to him.
select party, display_name from client
where party in (select recipient from document where sender = $1)
    or party in (select sender from document where recipient = $1
        and state not in ('draft', 'check-pending', 'check-failed')
        and exists (select 1 from journal_event e where e.id = document.recorded_event))
order by display_name limit 200
