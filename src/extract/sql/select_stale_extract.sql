-- One row when an extract prepared before $1 is neither issued nor discarded. No lock.
select 1 as stale from extract where prepared_at < $1 and state = 'prepared' and length(wrapped_key) > 0 limit 1
