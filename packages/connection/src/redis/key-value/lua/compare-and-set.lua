-- compare-and-set: replaces or deletes a value if it is what the caller expects.
-- KEYS   value (string)
-- ARGV   expects ('1' a value, '0' none)  expected  sets ('1' a value, '0' none)  value  ttl_ms ('' = stays)
-- REPLY  1 replaced, 0 nothing changed
-- ERRORS WRONGTYPE
-- COST   O(1)
local key = KEYS[1]
local expects, expected, sets, value, ttl_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local found = redis.call('GET', key)
if expects == '1' then
  if found ~= expected then return 0 end
elseif found then
  return 0
end
if sets == '0' then
  redis.call('DEL', key)
elseif ttl_ms == '' then
  redis.call('SET', key, value)
else
  redis.call('SET', key, value, 'PX', ttl_ms)
end
return 1
