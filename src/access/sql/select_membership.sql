-- At most one row. No lock.
select party, iin, capability, display_name, added_at, added_by from membership where party = $1 and iin = $2
