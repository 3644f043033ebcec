-- set: a value in place of the value that was there.
-- KEYS   value (string)
-- ARGV   value  ttl_ms ('' = stays)
-- REPLY  1
-- ERRORS WRONGTYPE
-- COST   O(1)
local key, value, ttl_ms = KEYS[1], ARGV[1], ARGV[2]
-- SET would replace any shape; this does not.
redis.call('GETRANGE', key, 0, 0)
if ttl_ms == '' then redis.call('SET', key, value) else redis.call('SET', key, value, 'PX', ttl_ms) end
return 1
