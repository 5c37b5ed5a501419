-- One row or none.
delete from unswept_blob where address = $1
