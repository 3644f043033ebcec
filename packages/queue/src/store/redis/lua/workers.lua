-- workers: reads the names of all workers with a lease.
-- KEYS   leases
-- ARGV   none
-- REPLY  {names…}, the lease that ends first at the front
-- COST   O(workers)
local leases = KEYS[1]

return redis.call('ZRANGE', leases, 0, -1)
