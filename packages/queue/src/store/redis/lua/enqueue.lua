-- enqueue: takes one frame of messages from a producer, all of it or none.
-- KEYS   meta  bodies  ready ×4  scheduled ×4  suspects  leases  idle  marks  explicit (hash, id → digest)  explicit_order (list)
--        producer (hash: seen, floor, number → answer)  owners  keyed  windows  state  marked
-- ARGV   number  lowest  max_length (0: none)  wake (1: yes)  channel  largest (bytes of the longest record)
--        count ×4 (plain messages a level)  special (count), then plain messages level by level: id  record
--        then special ones: id  record  level (0…3)  due ('' now, '+µs' from now, 'µs')  digest ('' for a generated id)
--        then those of them with a dedupe key: which special one  key  until (s f w)  window_us (16 digits)  k(eep) or r(eplace)
--        The keys behind `producer` are declared only when there are such.
-- REPLY  '' when all were added, else one letter a special message: a(dded) d(uplicate) c(onflict), k(ey held) r(eplaced its holder), and
--        behind a space each the holders
-- ERRORS QUEUE_FULL  CALL_OUTDATED
-- COST   O(messages · log n); no command a message
local meta, bodies = KEYS[1], KEYS[2]
local ready, scheduled = { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }, { KEYS[7], KEYS[8], KEYS[9], KEYS[10] }
local suspects, leases, idle, marks, explicit, explicit_order, producer =
  KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17]
local owners, keyed, windows, state, marked = KEYS[18], KEYS[19], KEYS[20], KEYS[21], KEYS[22]
local number, lowest, max_length, wake, channel, largest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local counts, special, given = { ARGV[7], ARGV[8], ARGV[9], ARGV[10] }, tonumber(ARGV[11]), ARGV
local hour_us, first_plain, never = 3600000000, 12, '0000000000000000'

local now = now_us()
local now_number = tonumber(now)
local seen, floor, answer = unpack(redis.call('HMGET', producer, 'seen', 'floor', number))
local known = seen and tonumber(seen) >= now_number - hour_us
if known and answer then
  redis.call('HSET', producer, 'seen', now)
  return answer
end
floor = known and tonumber(floor) or 0
if tonumber(number) < floor then return redis.error_reply('CALL_OUTDATED frame ' .. number .. ' was answered before; nothing changed') end

local plain = counts[1] + counts[2] + counts[3] + counts[4]
local first_special = first_plain + 2 * plain
local first_keyed = first_special + 5 * special
local added, letters, fresh = plain + special, nil, nil
local holders, takers, changes = '', nil, nil
if special > 0 then
  -- Which explicit ids are taken, and by an equal payload or another.
  local asked, at = {}, {}
  for i = 1, special do
    local base = first_special + 5 * (i - 1)
    if given[base + 4] ~= '' then
      asked[#asked + 1] = given[base]
      at[#at + 1] = base
    end
  end
  fresh, letters = {}, {}
  if #asked > 0 then
    local digests, stored = redis.call('HMGET', explicit, unpack(asked)), redis.call('HMGET', bodies, unpack(asked))
    local in_frame = {}
    for i, id in ipairs(asked) do
      local digest, same = given[at[i] + 4], nil
      local taken = digests[i] or not stored[i] and in_frame[id]
      if taken then
        same = taken == digest
      elseif stored[i] then
        local mine, body = given[at[i] + 1], stored[i]
        same = string.sub(body, (string.find(body, '\n', 1, true))) == string.sub(mine, (string.find(mine, '\n', 1, true)))
      else
        in_frame[id] = digest
      end
      if same ~= nil then
        fresh[at[i]] = same and 'd' or 'c'
        added = added - 1
      end
    end
  end
  if given[first_keyed] then
    -- Which dedupe keys are held, in the order of the messages; a holder that waits may take over what a later message brings.
    local keys, taken = {}, {}
    takers, changes = {}, {}
    for i = first_keyed, #given, 5 do keys[#keys + 1] = given[i + 1] end
    local known = redis.call('HMGET', owners, unpack(keys))
    for i, key in ipairs(keys) do
      local at = first_keyed + 5 * (i - 1)
      local base, replaces, mine, owner = first_special + 5 * (given[at] - 1), given[at + 4] == 'r', taken[key], known[i]
      if not mine and owner and string.byte(owner) == 119 and tonumber(string.sub(owner, 2, 17)) <= now_number then owner = nil end
      local holder = mine and given[mine] or owner and string.sub(owner, 18)
      if not holder then
        taken[key] = base
        takers[#takers + 1] = at
      else
        local wish, letter = given[base + 3], 'k'
        local due = wish == '' and 0 or tonumber(wish) + (string.byte(wish) == 43 and now_number or 0)
        if mine and replaces then
          given[mine + 1] = string.sub(given[mine + 1], 1, 1) .. string.sub(given[base + 1], 2)
          if due > now_number then given[mine + 3] = string.format('%.0f', due) end
          letter = 'r'
        elseif replaces then
          local change = changes[holder]
          if not change then
            local record = redis.call('HGET', bodies, holder)
            local mark = record and string.byte(record, 17)
            local level_at = (mark == 64 or mark == 43) and 31 or 17
            local level = record and tonumber(string.sub(record, level_at, level_at)) + 1
            local set = record and (redis.call('ZSCORE', ready[level], holder) and ready or redis.call('ZSCORE', scheduled[level], holder) and scheduled)
            if set then change = { level = level, set = set[level], head = string.sub(record, 1, level_at) } end
          end
          if change then
            change.tail, letter, changes[holder] = string.sub(given[base + 1], 2), 'r', change
            if due > now_number then change.due = string.format('%.0f', due) end
          end
        end
        fresh[base] = letter
        added = added - 1
        holders = holders .. ' ' .. holder
      end
    end
  end
  for i = 1, special do letters[i] = fresh[first_special + 5 * (i - 1)] or 'a' end
end

if max_length > 0 then
  local waiting = redis.call('ZCARD', suspects)
  for level = 1, 4 do waiting = waiting + redis.call('ZCARD', ready[level]) + redis.call('ZCARD', scheduled[level]) end
  if waiting + added > max_length then
    return redis.error_reply('QUEUE_FULL the queue holds ' .. waiting .. ' of at most ' .. max_length .. ' messages; nothing was stored')
  end
end

local m = redis.call('HMGET', meta, 'slot', 'last0', 'last1', 'last2', 'last3', 'due', 'enqueued', 'largest', 'about')
local slot = string.sub(now, 1, 9)
if m[1] ~= slot then remark(meta, marks, slot) end
local last = { tonumber(m[2] or 0), tonumber(m[3] or 0), tonumber(m[4] or 0), tonumber(m[5] or 0) }
local changed = { 'enqueued', (m[7] or 0) + added }
if not m[9] then
  changed[3], changed[4] = 'about', 'A queue of Millrace, layout 1. This field is long so that the hash is a table, not a list.'
end
if tonumber(largest) > tonumber(m[8] or 0) then
  changed[#changed + 1] = 'largest'
  changed[#changed + 1] = largest
end

-- One score a call and level; a record tells when it came where the score does not.
local scores, latest = {}, {}
local function score_for(level, own)
  local score = scores[level]
  if own or not score then
    local number_of = math.max(now_number, last[level] + 1)
    last[level] = number_of
    score = number_of == now_number and now or string.format('%.0f', number_of)
    if not own then scores[level] = score end
    latest[level] = score
  end
  return score, string.sub(score, 1, 13) == string.sub(now, 1, 13) and score or score .. '+' .. string.sub(now, 1, 13)
end

local records, waits, next_record, from = {}, { {}, {}, {}, {} }, 1, first_plain
for level = 1, 4 do
  local count = tonumber(counts[level])
  if count > 0 then
    local score, head = score_for(level)
    local wait, next_wait = waits[level], 1
    for i = from, from + 2 * count - 2, 2 do
      local id = given[i]
      wait[next_wait], wait[next_wait + 1] = score, id
      next_wait = next_wait + 2
      records[next_record], records[next_record + 1] = id, head .. given[i + 1]
      next_record = next_record + 2
    end
    from = from + 2 * count
  end
end

local first_due, due_now = nil, plain > 0
if special > 0 then
  local later, remembered, order = { {}, {}, {}, {} }, {}, {}
  -- Generated ids come before explicit ones, which take scores of their own.
  for pass = 1, 2 do
    for i = 1, special do
      local base = first_special + 5 * (i - 1)
      local id, record, level, wish, digest = given[base], given[base + 1], given[base + 2] + 1, given[base + 3], given[base + 4]
      if not fresh[base] and (digest ~= '') == (pass == 2) then
        local due = wish == '' and 0 or tonumber(wish) + (string.byte(wish) == 43 and now_number or 0)
        local set, score, head = waits[level], nil, nil
        if due > now_number then
          set, score = later[level], string.format('%.0f', due)
          head = score .. '@' .. string.sub(now, 1, 13)
          if not first_due or due < tonumber(first_due) then first_due = score end
        else
          score, head = score_for(level, pass == 2)
          due_now = true
        end
        set[#set + 1] = score
        set[#set + 1] = id
        records[#records + 1] = id
        records[#records + 1] = head .. record
        if pass == 2 then
          remembered[#remembered + 1] = id
          remembered[#remembered + 1] = digest
          order[#order + 1] = now .. id
        end
      end
    end
  end
  for level = 1, 4 do
    if later[level][1] then redis.call('ZADD', scheduled[level], unpack(later[level])) end
  end
  if order[1] then
    redis.call('HSET', explicit, unpack(remembered))
    redis.call('RPUSH', explicit_order, unpack(order))
  end
  if takers then
    for id, change in pairs(changes) do
      if change.due then
        local text, created = redis.call('HGET', state, id), #change.head > 17 and string.sub(change.head, 18, 30) or string.sub(change.head, 1, 13)
        redis.call('ZREM', change.set, id)
        redis.call('ZADD', scheduled[change.level], change.due, id)
        redis.call('ZADD', marked, 'XX', change.due, id)
        if text then redis.call('HSET', state, id, change.due .. string.sub(text, 17)) end
        change.head = change.due .. '@' .. created .. change.level - 1
        if not first_due or tonumber(change.due) < tonumber(first_due) then first_due = change.due end
      end
      records[#records + 1] = id
      records[#records + 1] = change.head .. change.tail
    end
    for _, at in ipairs(takers) do
      local id, key, kind, window, until_us = given[first_special + 5 * (given[at] - 1)], given[at + 1], given[at + 2], given[at + 3], never
      if kind == 'w' then
        until_us = string.format('%.0f', now_number + tonumber(window))
        redis.call('ZADD', windows, until_us, key)
      end
      redis.call('HSET', owners, key, kind .. until_us .. id)
      redis.call('HSET', keyed, id, kind .. window .. key)
    end
  end
  if first_due and (not m[6] or m[6] == '' or tonumber(first_due) < tonumber(m[6])) then
    changed[#changed + 1] = 'due'
    changed[#changed + 1] = first_due
  end
end

for level = 1, 4 do
  if waits[level][1] then redis.call('ZADD', ready[level], unpack(waits[level])) end
  if latest[level] then
    changed[#changed + 1] = 'last' .. level - 1
    changed[#changed + 1] = latest[level]
  end
end
if records[1] then redis.call('HSET', bodies, unpack(records)) end
redis.call('HSET', meta, unpack(changed))

if seen and not known then redis.call('DEL', producer) end
answer = added == plain + special and '' or table.concat(letters) .. holders
redis.call('HSET', producer, 'seen', now, 'floor', string.format('%.0f', math.max(floor, lowest)), number, answer)
if lowest > floor then
  if lowest - floor <= 64 then
    local answered = {}
    for old = floor, lowest - 1 do answered[#answered + 1] = string.format('%.0f', old) end
    redis.call('HDEL', producer, unpack(answered))
  else
    for _, old in ipairs(redis.call('HKEYS', producer)) do
      if (tonumber(old) or lowest) < lowest then redis.call('HDEL', producer, old) end
    end
  end
end
redis.call('PEXPIRE', producer, 3660000)

if (added > 0 or changes and next(changes)) and wake == '1' then
  if due_now then wake_one(idle, channel) end
  if first_due then wake_for_due(meta, leases, idle, channel, first_due) end
end
return answer
