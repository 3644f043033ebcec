-- resume: the queue gives out messages again.
-- KEYS   meta  idle
-- ARGV   channel
-- REPLY  OK
-- COST   O(1)
local meta, idle = KEYS[1], KEYS[2]
local channel = ARGV[1]

redis.call('HDEL', meta, 'paused')
wake_one(idle, channel)
return redis.status_reply('OK')
