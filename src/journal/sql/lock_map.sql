-- One row, locked till the end of the transaction.
update journal_map set size = size where one = 1 returning size, subjects, root
