-- One row: how many codes since an instant for a person, and for an address; and when the oldest of each was made.
select
    (select count(*) from code where iin = $1 and made_at > $3) as of_person,
    (select count(*) from code where address = $2 and made_at > $3) as of_address
