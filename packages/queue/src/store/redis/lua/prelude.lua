-- prelude: what three or more verbs share. Times are µs since 1970 as strings of 16 digits; Lua's own way of writing numbers
-- keeps 14. The next line is the only clock; tests replace it.
local function now_us() local t = redis.call('TIME') return t[1] .. string.sub('00000' .. t[2], -6) end

-- Wakes the worker that has been idle longest; if nobody listens there the next one, three at most.
local function wake_one(idle, channel)
  for _ = 1, 3 do
    local worker = redis.call('ZPOPMIN', idle)[1]
    if not worker or redis.call('PUBLISH', channel .. worker, 'w') > 0 then return end
  end
end

-- After something was scheduled for `due`: has the timer set earlier if it would ring too late. `by` needs no telling.
local function wake_for_due(meta, leases, idle, channel, due, by)
  local timer = redis.call('HGET', meta, 'timer')
  local worker = timer and string.sub(timer, 18)
  if not worker or not redis.call('ZSCORE', leases, worker) then return wake_one(idle, channel) end
  if tonumber(due) < tonumber(string.sub(timer, 1, 16)) and worker ~= by then redis.call('PUBLISH', channel .. worker, 'w') end
end

-- The earliest due time of four scheduled sets, as a number; nil when nothing is scheduled.
local function earliest(scheduled)
  local due
  for level = 1, 4 do
    local score = tonumber(redis.call('ZRANGE', scheduled[level], 0, 0, 'WITHSCORES')[2])
    if score and (not due or score < due) then due = score end
  end
  return due
end

-- Gives the timer for the next due message to `worker` unless another has it in good order; ms until then, or '-'.
local function take_timer(meta, leases, scheduled, worker, now)
  local due = earliest(scheduled)
  if not due then return '-' end
  local timer = redis.call('HGET', meta, 'timer')
  if timer then
    local at, holder = tonumber(string.sub(timer, 1, 16)), string.sub(timer, 18)
    local free = holder == worker or at < now - 1000000 or at > due or not redis.call('ZSCORE', leases, holder)
    if not free then return '-' end
  end
  redis.call('HSET', meta, 'timer', string.format('%.0f ', due) .. worker)
  return math.max(0, math.ceil((due - now) / 1000))
end

-- ms until the first lease of another worker ends, or '-'.
local function next_lease_end(leases, worker, now)
  local first = redis.call('ZRANGE', leases, 0, 1, 'WITHSCORES')
  local deadline = first[1] == worker and first[4] or first[1] ~= worker and first[2]
  return deadline and math.max(0, math.ceil((tonumber(deadline) - now) / 1000)) or '-'
end

-- Remembers the totals before the first call of a slot of 10 s, for seven slots.
local function remark(meta, marks, slot)
  local totals = redis.call('HMGET', meta, 'enqueued', 'completed', 'retried', 'dead', 'claimed0', 'claimed1', 'claimed2', 'claimed3')
  for i = 1, 8 do totals[i] = totals[i] or '0' end
  redis.call('HSETNX', marks, slot, table.concat(totals, ' '))
  redis.call('HSET', meta, 'slot', slot)
  for _, old in ipairs(redis.call('HKEYS', marks)) do
    if tonumber(old) < tonumber(slot) - 6 then redis.call('HDEL', marks, old) end
  end
end

-- A score of its own at the end of a level (0…3), as a string.
local function next_score(meta, level, now)
  local last = tonumber(redis.call('HGET', meta, 'last' .. level) or 0)
  local score = tonumber(now) > last and now or string.format('%.0f', last + 1)
  redis.call('HSET', meta, 'last' .. level, score)
  return score
end

-- Ends that message `id` holds its dedupe key, if it does; `note` is what `keyed` has of it.
local function let_go(owners, id, note)
  local key = string.sub(note, 18)
  local owner = redis.call('HGET', owners, key)
  if owner and string.sub(owner, 18) == id then redis.call('HDEL', owners, key) end
end

-- Deletes all that is known of messages, wherever they were; their place in a set or list is the caller's affair.
local function forget(bodies, state, attempts, values, reports, owners, keyed, ids)
  redis.call('HDEL', bodies, unpack(ids))
  if redis.call('EXISTS', state, values, reports, keyed) == 0 then return end
  for i, note in ipairs(redis.call('HMGET', keyed, unpack(ids))) do
    if note then let_go(owners, ids[i], note) end
  end
  for i, text in ipairs(redis.call('HMGET', state, unpack(ids))) do
    local count = tonumber(text and string.match(text, '%d+$') or 0)
    for slot = 0, math.min(count, 20) - 1 do redis.call('HDEL', attempts, slot .. ' ' .. ids[i]) end
  end
  for _, key in ipairs({ state, values, reports, keyed }) do redis.call('HDEL', key, unpack(ids)) end
end

-- Takes the `count` oldest ids off the completed list; the last time mark passed is that of the oldest one left.
local function shift(meta, completed, count)
  local ids = {}
  while #ids < count do
    local entries = redis.call('LPOP', completed, count - #ids)
    if not entries then break end
    for _, entry in ipairs(entries) do
      if string.byte(entry) == 32 then redis.call('HSET', meta, 'oldest', string.sub(entry, 2)) else ids[#ids + 1] = entry end
    end
  end
  return ids
end

-- The entries of one dead message in the index of terms, each behind `score` if one is given.
local function entries_of(words, died_ms, id, score)
  local entries, behind = {}, died_ms .. id
  for _, word in ipairs(words) do
    if score then entries[#entries + 1] = score end
    entries[#entries + 1] = string.format('%04d', #word) .. word .. behind
  end
  return entries
end

-- Puts one message among the dead, found again by its terms; its dedupe key is free.
local function bury(dead, graves, terms, owners, keyed, id, level, died_ms, reason, words)
  local note = redis.call('HGET', keyed, id)
  if note then let_go(owners, id, note) end
  redis.call('ZADD', dead, died_ms, id)
  redis.call('HSET', graves, id, cmsgpack.pack({ level, died_ms, reason, words }))
  if words[1] then redis.call('ZADD', terms, unpack(entries_of(words, died_ms, id, '0'))) end
end

-- Takes one message from among the dead; answers its grave, whose note is left for the caller to delete.
local function exhume(dead, graves, terms, id)
  local grave = cmsgpack.unpack(redis.call('HGET', graves, id))
  redis.call('ZREM', dead, id)
  if grave[4][1] then redis.call('ZREM', terms, unpack(entries_of(grave[4], grave[2], id))) end
  return grave
end
