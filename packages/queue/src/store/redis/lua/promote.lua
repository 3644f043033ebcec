-- promote: scheduled messages are ready now, behind what is ready.
-- KEYS   meta  ready ×4  scheduled ×4  idle  state  graves  marked
-- ARGV   limit (0: the ids given)  channel, then ids
-- REPLY  {changed, more (1: yes)}
-- COST   O(messages · log n)
local meta, ready, scheduled = KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5] }, { KEYS[6], KEYS[7], KEYS[8], KEYS[9] }
local idle, state, graves, marked = KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local limit, channel, first_id = tonumber(ARGV[1]), ARGV[2], 3

local now, changed, more = now_us(), 0, 0
local function promote(id, level)
  redis.call('ZREM', scheduled[level], id)
  local score = next_score(meta, level - 1, now)
  local text = redis.call('HGET', state, id)
  redis.call('ZADD', ready[level], score, id)
  redis.call('HSET', state, id, score .. (text and string.sub(text, 17) or ' 0 0 0 0'))
  if redis.call('ZREM', marked, id) == 1 then redis.call('HDEL', graves, id) end
  changed = changed + 1
end

if limit > 0 then
  for level = 1, 4 do
    if changed < limit then
      for _, id in ipairs(redis.call('ZRANGE', scheduled[level], 0, limit - changed - 1)) do promote(id, level) end
    end
    if redis.call('ZCARD', scheduled[level]) > 0 then more = 1 end
  end
else
  for i = first_id, #ARGV do
    for level = 1, 4 do
      if redis.call('ZSCORE', scheduled[level], ARGV[i]) then
        promote(ARGV[i], level)
        break
      end
    end
  end
end
if changed > 0 then wake_one(idle, channel) end
return { changed, more }
