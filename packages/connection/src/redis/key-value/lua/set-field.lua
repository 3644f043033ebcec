-- set-field: one field of a hash; the whole key's time starts again.
-- KEYS   fields (hash)
-- ARGV   field  value  ttl_ms
-- REPLY  1
-- ERRORS WRONGTYPE
-- COST   O(1)
local key, field, value, ttl_ms = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
redis.call('HSET', key, field, value)
redis.call('PEXPIRE', key, ttl_ms)
return 1
