-- One row, locked until the transaction ends: the update is the row lock of both engines.
update client set display_name = display_name where party = $1
