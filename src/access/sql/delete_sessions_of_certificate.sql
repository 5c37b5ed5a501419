-- Every session opened by one certificate.
delete from session where certificate_sha256 = $1
