-- One row: the number that the next extract takes, inside the transaction that inserts it.
select coalesce(max(number), 0) + 1 as number from extract
