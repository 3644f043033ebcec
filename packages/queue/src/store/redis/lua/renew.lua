-- renew: prolongs the lease of one worker.
-- KEYS   meta  scheduled ×4  leases
-- ARGV   worker  lease_us
-- REPLY  '0' when the lease was lost, else '1 due_ms lease_end_ms', '-' for none
-- COST   O(log workers)
local meta, scheduled, leases = KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5] }, KEYS[6]
local worker, lease_us = ARGV[1], tonumber(ARGV[2])

local now = tonumber(now_us())
if not redis.call('ZSCORE', leases, worker) then return '0' end
redis.call('ZADD', leases, string.format('%.0f', now + lease_us), worker)
local due = redis.call('HGET', meta, 'due')
local due_ms = due and due ~= '' and take_timer(meta, leases, scheduled, worker, now) or '-'
return '1 ' .. due_ms .. ' ' .. next_lease_end(leases, worker, now)
