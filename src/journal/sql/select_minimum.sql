-- One row; none in a new database.
select minimum from log_head where one = 1
