-- purge: removes messages of one state for good: waiting ones, or the oldest dead or completed ones.
-- KEYS   meta  bodies  ready ×4  scheduled ×4  state  attempts  values  reports  completed  dead  graves  terms  marked  suspects
--        suspects_of ×4  owners  keyed
-- ARGV   of (waiting | dead | completed)  limit (1…250)
-- REPLY  {changed, more (1: yes)}
-- COST   O(messages · log n)
local meta, bodies = KEYS[1], KEYS[2]
local ready, scheduled = { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }, { KEYS[7], KEYS[8], KEYS[9], KEYS[10] }
local state, attempts, values, reports, completed, dead = KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16]
local graves, terms, marked, suspects = KEYS[17], KEYS[18], KEYS[19], KEYS[20]
local suspects_of, owners, keyed = { KEYS[21], KEYS[22], KEYS[23], KEYS[24] }, KEYS[25], KEYS[26]
local of, limit = ARGV[1], tonumber(ARGV[2])

local gone, left = {}, 0
local function take(set)
  local ids = #gone < limit and redis.call('ZRANGE', set, 0, limit - #gone - 1) or {}
  if ids[1] then redis.call('ZREM', set, unpack(ids)) end
  for _, id in ipairs(ids) do gone[#gone + 1] = id end
  left = left + redis.call('ZCARD', set)
  return ids
end

if of == 'completed' then
  local kept = tonumber(redis.call('HGET', meta, 'kept') or 0)
  gone = shift(meta, completed, math.min(limit, kept))
  left = kept - #gone
  redis.call('HSET', meta, 'kept', left)
elseif of == 'dead' then
  gone = redis.call('ZRANGE', dead, 0, limit - 1)
  for _, id in ipairs(gone) do exhume(dead, graves, terms, id) end
  if gone[1] then redis.call('HDEL', graves, unpack(gone)) end
  left = redis.call('ZCARD', dead)
else
  for level = 1, 4 do take(ready[level]) end
  for level = 1, 4 do
    for _, id in ipairs(take(scheduled[level])) do
      if redis.call('ZREM', marked, id) == 1 then redis.call('HDEL', graves, id) end
    end
  end
  local ids = take(suspects)
  for level = 1, 4 do
    if ids[1] then redis.call('ZREM', suspects_of[level], unpack(ids)) end
  end
end
if gone[1] then
  forget(bodies, state, attempts, values, reports, owners, keyed, gone)
  redis.call('HINCRBY', meta, 'removed', #gone)
end
return { #gone, left > 0 and 1 or 0 }
