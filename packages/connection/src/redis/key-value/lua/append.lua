-- append: to a list that keeps only its newest entries.
-- KEYS   entries (list, oldest first)
-- ARGV   value  max  ttl_ms ('' = unchanged)
-- REPLY  1
-- ERRORS WRONGTYPE
-- COST   O(1) while the list is at most one longer than max
local key, value, max, ttl_ms = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
redis.call('RPUSH', key, value)
redis.call('LTRIM', key, '-' .. max, -1)
if ttl_ms ~= '' then redis.call('PEXPIRE', key, ttl_ms) end
return 1
