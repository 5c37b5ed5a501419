-- As many rows as keys: what was made into entries, or put aside. Locks them.
delete from journal_inbox where id in ($1)
