-- pause: from now on the queue gives out nothing.
-- KEYS   meta
-- ARGV   none
-- REPLY  OK
-- COST   O(1)
local meta = KEYS[1]

redis.call('HSETNX', meta, 'about', 'A queue of Millrace, layout 1. This field is long so that the hash is a table, not a list.')
redis.call('HSET', meta, 'paused', '1')
return redis.status_reply('OK')
