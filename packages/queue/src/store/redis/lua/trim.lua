-- trim: removes what retention no longer keeps, completed before dead, and forgets explicit ids and windows that are due.
-- KEYS   meta  bodies  state  attempts  values  reports  completed  dead  graves  terms  explicit  explicit_order  owners  keyed
--        windows
-- ARGV   completed_count  completed_age_ms  dead_count  dead_age_ms
-- REPLY  {changed, more (1: yes)}
-- COST   O(messages · log n); at most 250
local meta, bodies, state, attempts, values, reports = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local completed, dead, graves, terms, explicit, explicit_order = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local owners, keyed, windows = KEYS[13], KEYS[14], KEYS[15]
local completed_count, completed_age_ms, dead_count, dead_age_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local most, explicit_age_us, explicit_count = 250, 86400000000, 1000000

local now = now_us()
local now_number = tonumber(now)
local now_ms = now_number / 1000
local m = redis.call('HMGET', meta, 'kept', 'oldest')
local kept, tenth, leaving = tonumber(m[1] or 0), tonumber(m[2] or 0), 0
for _, entry in ipairs(redis.call('LRANGE', completed, 0, 2 * most - 1)) do
  if string.byte(entry) == 32 then
    tenth = tonumber(entry)
  elseif leaving < most and (kept - leaving > completed_count or now_ms - tenth * 100 > completed_age_ms) then
    leaving = leaving + 1
  else
    break
  end
end
local gone = leaving > 0 and shift(meta, completed, leaving) or {}
if gone[1] then redis.call('HSET', meta, 'kept', kept - #gone) end

local ended, size = {}, redis.call('ZCARD', dead)
if #gone < most then
  local oldest = redis.call('ZRANGE', dead, 0, most - #gone - 1, 'WITHSCORES')
  for i = 1, #oldest, 2 do
    if size - #ended > dead_count or now_ms - tonumber(oldest[i + 1]) > dead_age_ms then ended[#ended + 1] = oldest[i] else break end
  end
end
for _, id in ipairs(ended) do
  exhume(dead, graves, terms, id)
  gone[#gone + 1] = id
end
if ended[1] then redis.call('HDEL', graves, unpack(ended)) end
if gone[1] then
  forget(bodies, state, attempts, values, reports, owners, keyed, gone)
  redis.call('HINCRBY', meta, 'removed', #gone)
end

local forgotten, remembered = {}, redis.call('LLEN', explicit_order)
if #gone < most then
  for _, entry in ipairs(redis.call('LRANGE', explicit_order, 0, most - #gone - 1)) do
    local old = tonumber(string.sub(entry, 1, 16)) < now_number - explicit_age_us
    if not old and remembered - #forgotten <= explicit_count then break end
    forgotten[#forgotten + 1] = string.sub(entry, 17)
  end
end
if forgotten[1] then
  redis.call('HDEL', explicit, unpack(forgotten))
  redis.call('LTRIM', explicit_order, #forgotten, -1)
end
local over = redis.call('ZRANGE', windows, '-inf', now, 'BYSCORE', 'LIMIT', 0, most)
if over[1] then
  -- A key that was freed before its window ended may have another holder by now.
  for i, owner in ipairs(redis.call('HMGET', owners, unpack(over))) do
    if owner and string.byte(owner) == 119 and tonumber(string.sub(owner, 2, 17)) <= now_number then redis.call('HDEL', owners, over[i]) end
  end
  redis.call('ZREM', windows, unpack(over))
end
local changed = #gone + #forgotten
return { changed, changed == most and 1 or 0 }
