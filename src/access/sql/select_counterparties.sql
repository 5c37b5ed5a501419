-- At most 200 rows: clients with whom a party has exchanged documents, by name. No lock.
select party, display_name from client
where party in (select recipient from document where sender = $1) or party in (select sender from document where recipient = $1)
order by display_name limit 200
