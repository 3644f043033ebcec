-- redrive: dead messages are ready again, or scheduled with a mark that allows to undo it; or undoes that.
-- KEYS   meta  bodies  ready ×4  scheduled ×4  leases  idle  state  dead  graves  terms  marked  owners  keyed
--        windows
-- ARGV   limit (0: the ids given)  skip  delay_us  undo (1: yes)  payload (with its newline; '' leaves it)  channel, then ids
-- REPLY  {changed, more (1: yes), blocked}
-- COST   O(messages · log n)
local meta, bodies = KEYS[1], KEYS[2]
local ready, scheduled = { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }, { KEYS[7], KEYS[8], KEYS[9], KEYS[10] }
local leases, idle, state, dead, graves, terms, marked = KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17]
local owners, keyed, windows = KEYS[18], KEYS[19], KEYS[20]
local limit, skip, delay_us, undo, payload, channel = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local first_id = 7

local now = now_us()
local from = undo == '1' and marked or dead
local ids, more = {}, 0
if limit > 0 then
  ids = redis.call('ZRANGE', from, skip, skip + limit - 1)
  if redis.call('ZCARD', from) > skip + limit then more = 1 end
else
  for i = first_id, #ARGV do ids[#ids + 1] = ARGV[i] end
end

-- Takes the dedupe key of a message again; false when another message holds it.
local function take_key(id)
  local note = redis.call('HGET', keyed, id)
  if not note then return true end
  local key, until_us, owner = string.sub(note, 18), '0000000000000000', redis.call('HGET', owners, string.sub(note, 18))
  local stands = owner and (string.byte(owner) ~= 119 or tonumber(string.sub(owner, 2, 17)) > tonumber(now))
  if stands and string.sub(owner, 18) ~= id then return false end
  if string.byte(note) == 119 then
    until_us = string.format('%.0f', tonumber(now) + tonumber(string.sub(note, 2, 17)))
    redis.call('ZADD', windows, until_us, key)
  end
  redis.call('HSET', owners, key, string.sub(note, 1, 1) .. until_us .. id)
  return true
end

local refused, changed, blocked, due, largest = {}, 0, 0, nil, tonumber(redis.call('HGET', meta, 'largest') or 0)
if delay_us > 0 then due = string.format('%.0f', tonumber(now) + delay_us) end
for _, id in ipairs(ids) do
  if redis.call('ZSCORE', from, id) then
    changed = changed + 1
    if undo ~= '1' and not take_key(id) then
      changed = changed - 1
      if not refused[id] then refused[id], blocked = true, blocked + 1 end
    elseif undo == '1' then
      local grave = cmsgpack.unpack(redis.call('HGET', graves, id))
      redis.call('ZREM', marked, id)
      redis.call('ZREM', scheduled[grave[1] + 1], id)
      bury(dead, graves, terms, owners, keyed, id, grave[1], grave[2], grave[3], grave[4])
    else
      local level = exhume(dead, graves, terms, id)[1]
      local score = due or next_score(meta, level, now)
      if due then
        redis.call('ZADD', scheduled[level + 1], due, id)
        redis.call('ZADD', marked, due, id)
      else
        redis.call('ZADD', ready[level + 1], score, id)
        redis.call('HDEL', graves, id)
      end
      local count = string.match(redis.call('HGET', state, id) or '0', '%d+$')
      redis.call('HSET', state, id, score .. ' 0 0 0 ' .. count)
      if payload ~= '' then
        local record = redis.call('HGET', bodies, id)
        redis.call('HSET', bodies, id, string.sub(record, 1, string.find(record, '\n', 1, true) - 1) .. payload)
      end
      largest = math.max(largest, redis.call('HSTRLEN', bodies, id))
    end
  end
end

if changed > 0 and undo ~= '1' then
  redis.call('HSET', meta, 'largest', largest)
  if due then
    local known = redis.call('HGET', meta, 'due')
    if not known or known == '' or tonumber(due) < tonumber(known) then redis.call('HSET', meta, 'due', due) end
    wake_for_due(meta, leases, idle, channel, due)
  else
    wake_one(idle, channel)
  end
end
return { changed, more, blocked }
