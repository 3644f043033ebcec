-- release: hands back what a worker holds, at its old place, and ends its lease with the last of it.
-- KEYS   meta  bodies  ready ×4  leases  idle  state  suspects  suspects_of ×4  claims (of the worker)
-- ARGV   worker  channel
-- REPLY  {released, remaining}
-- COST   O(held + released · log n); at most 250 messages, fewer when records are long
local meta, bodies, ready = KEYS[1], KEYS[2], { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }
local leases, idle, state, suspects = KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local suspects_of, claims = { KEYS[11], KEYS[12], KEYS[13], KEYS[14] }, KEYS[15]
local worker, channel = ARGV[1], ARGV[2]

if not redis.call('ZSCORE', leases, worker) then return { 0, 0 } end
local held = {}
for _, field in ipairs(redis.call('HKEYS', claims)) do
  if string.byte(field) ~= 32 then held[#held + 1] = field end
end
local largest = tonumber(redis.call('HGET', meta, 'largest') or 0)
local most = math.min(250, 1 + math.floor(8388608 / math.max(largest, 1)))
if #held > most then table.sort(held) end
local released = math.min(#held, most)

if released > 0 then
  local marks = redis.call('HMGET', claims, unpack(held, 1, released))
  local states = redis.call('HMGET', state, unpack(held, 1, released))
  local records = redis.call('HMGET', bodies, unpack(held, 1, released))
  for i = 1, released do
    local id, level = held[i], string.byte(marks[i], 12) - 47
    local score = string.sub(states[i] or records[i] or '0', 1, 16)
    if #marks[i] > 12 then
      redis.call('ZADD', suspects, score, id)
      redis.call('ZADD', suspects_of[level], score, id)
    else
      redis.call('ZADD', ready[level], score, id)
    end
  end
  redis.call('HDEL', claims, unpack(held, 1, released))
  redis.call('HINCRBY', meta, 'active', -released)
end
if released == #held then
  redis.call('DEL', claims)
  redis.call('ZREM', leases, worker)
  redis.call('ZREM', idle, worker)
  if redis.call('HGET', meta, 'alone') == worker then redis.call('HSET', meta, 'alone', '') end
end
if released > 0 then wake_one(idle, channel) end
return { released, #held - released }
