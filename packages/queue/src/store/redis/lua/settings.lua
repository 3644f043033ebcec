-- settings: reads the queue's settings.
-- KEYS   meta
-- ARGV   none
-- REPLY  JSON text, or nil
-- COST   O(1)
local meta = KEYS[1]

return redis.call('HGET', meta, 'settings')
