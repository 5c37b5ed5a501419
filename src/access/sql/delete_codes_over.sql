-- Codes that are counted no more.
delete from code where made_at < $1
