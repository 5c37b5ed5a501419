-- Extracts that were prepared under the request and not issued: their keys, and where they lie. Those without a key are gone.
update extract set wrapped_key = $1
where court_request_id = $2 and state = 'prepared' and length(wrapped_key) > 0
returning prepared_address
