-- The people of one client. No lock.
select party, iin, capability, display_name, added_at, added_by from membership where party = $1 order by added_at, iin
