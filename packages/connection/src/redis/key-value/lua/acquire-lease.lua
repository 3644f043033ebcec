-- acquire-lease: takes a lease, or prolongs the holder's own.
-- KEYS   lease (string: its holder)
-- ARGV   holder  ttl_ms
-- REPLY  1 held, 0 somebody else holds it
-- ERRORS WRONGTYPE
-- COST   O(1)
local key, holder, ttl_ms = KEYS[1], ARGV[1], ARGV[2]
local found = redis.call('GET', key)
if not found then
  redis.call('SET', key, holder, 'PX', ttl_ms)
elseif found == holder then
  redis.call('PEXPIRE', key, ttl_ms)
else
  return 0
end
return 1
