-- configure: keeps the queue's settings, and makes the queue exist.
-- KEYS   meta
-- ARGV   settings (JSON text)
-- REPLY  OK
-- COST   O(1)
local meta = KEYS[1]
local settings = ARGV[1]

redis.call('HSETNX', meta, 'about', 'A queue of Millrace, layout 1. This field is long so that the hash is a table, not a list.')
redis.call('HSET', meta, 'settings', settings)
return redis.status_reply('OK')
