-- Extracts that were prepared before $2 and not issued: their keys, and where they lie. Those without a key are gone.
update extract set wrapped_key = $1
where prepared_at < $2 and state = 'prepared' and length(wrapped_key) > 0
returning prepared_address
