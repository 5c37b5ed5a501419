-- Hours that are over.
delete from login_tally where hour < $1
