-- Codes that are still open, of these messages: one row each, no lock. There are only those of the last day.
select expires_at from code where state = 'open' and message_id in ($1)
