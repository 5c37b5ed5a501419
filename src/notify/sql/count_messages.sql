-- One row: how many messages of a purpose to an address since an instant.
select count(*) as number from message where address = $1 and purpose = $2 and made_at > $3
