-- count: adds to a number whose time runs from its first count.
-- KEYS   number (string)
-- ARGV   by  ttl_ms
-- REPLY  {sum, ms until it is forgotten}
-- ERRORS WRONGTYPE, ERR where it is no integer or its sum would exceed 64 bits
-- COST   O(1)
local key, by, ttl_ms = KEYS[1], ARGV[1], ARGV[2]
local sum = redis.call('INCRBY', key, by)
local left_ms = redis.call('PTTL', key)
if left_ms < 0 then
  redis.call('PEXPIRE', key, ttl_ms)
  left_ms = tonumber(ttl_ms)
end
return {sum, left_ms}
