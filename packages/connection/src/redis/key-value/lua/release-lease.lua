-- release-lease: gives a lease back.
-- KEYS   lease (string: its holder)
-- ARGV   holder
-- REPLY  1 given back, 0 the caller does not hold it
-- ERRORS WRONGTYPE
-- COST   O(1)
local key, holder = KEYS[1], ARGV[1]
if redis.call('GET', key) ~= holder then return 0 end
redis.call('DEL', key)
return 1
