-- One row: how many uploads there are, coming in and here, and how many of one party. No lock.
select count(*) as of_all, coalesce(sum(case when party = $1 then 1 else 0 end), 0) as of_party from upload
