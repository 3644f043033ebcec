-- cancel: removes one message that waits or runs. Workers not declared are answered, to be declared in a second call.
-- KEYS   meta  bodies  ready ×4  scheduled ×4  leases  state  attempts  values  reports  dead  graves  marked  suspects  suspects_of ×4
--        owners  keyed  claims (of each worker named)
-- ARGV   id  channel, then the names of the workers whose claims are declared
-- REPLY  removed | aborted | finished | not-found, or {names of workers to declare…}
-- COST   O(log n + workers)
local meta, bodies = KEYS[1], KEYS[2]
local ready, scheduled = { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }, { KEYS[7], KEYS[8], KEYS[9], KEYS[10] }
local leases, state, attempts, values, reports, dead, graves, marked = KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17], KEYS[18]
local suspects, suspects_of = KEYS[19], { KEYS[20], KEYS[21], KEYS[22], KEYS[23] }
local owners, keyed, first_claims = KEYS[24], KEYS[25], 26
local id, channel, first_name = ARGV[1], ARGV[2], 3

local function remove()
  forget(bodies, state, attempts, values, reports, owners, keyed, { id })
  redis.call('HINCRBY', meta, 'removed', 1)
end

if redis.call('HEXISTS', bodies, id) == 0 then return 'not-found' end
if redis.call('ZSCORE', dead, id) then return 'finished' end
for level = 1, 4 do
  local waited = redis.call('ZREM', ready[level], id) + redis.call('ZREM', scheduled[level], id) + redis.call('ZREM', suspects_of[level], id)
  if waited > 0 then
    redis.call('ZREM', suspects, id)
    if redis.call('ZREM', marked, id) == 1 then redis.call('HDEL', graves, id) end
    remove()
    return 'removed'
  end
end

local declared = {}
for i = first_name, #ARGV do
  local worker, claims = ARGV[i], KEYS[first_claims + i - first_name]
  declared[worker] = true
  if redis.call('HDEL', claims, id) == 1 then
    redis.call('HINCRBY', meta, 'active', -1)
    remove()
    redis.call('PUBLISH', channel .. worker, 'c' .. id)
    return 'aborted'
  end
end
local workers = redis.call('ZRANGE', leases, 0, -1)
for _, worker in ipairs(workers) do
  if not declared[worker] then return workers end
end
return 'finished'
