-- inspect: reads messages with all that is kept of them: one by its id, or a page of a state.
-- KEYS   meta  bodies  ready ×4  scheduled ×4  leases  state  attempts  values  reports  completed  dead  graves  terms  suspects
--        suspects_of ×4  claims (of each worker named)
-- ARGV   what (message | ready | scheduled | active | completed | dead)  id or term  level (0…3, '' for all)  offset  limit
--        after (active: the last id seen of the first worker)  max_bytes, then the names of the workers whose claims are declared
-- REPLY  {next offset ('' at the end), extra, messages…}, a message being {id, state, at, worker, reason, record, state text, value, ratio,
--        note, lines, attempts}. extra: completed: how many are kept; active: last worker seen; message: names of workers to declare
-- COST   O(log n + messages); a message O(workers), completed ones O(10,000) at worst
local meta, bodies = KEYS[1], KEYS[2]
local ready, scheduled = { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }, { KEYS[7], KEYS[8], KEYS[9], KEYS[10] }
local leases, state, attempts, values, reports, completed = KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16]
local dead, graves, terms, suspects, suspects_of = KEYS[17], KEYS[18], KEYS[19], KEYS[20], { KEYS[21], KEYS[22], KEYS[23], KEYS[24] }
local first_claims = 25
local what, key, level, offset, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local after, max_bytes, first_name = ARGV[6], tonumber(ARGV[7]), 8
local newest_looked = 20000

local page, bytes = { '', '' }, 0

-- Adds one message unless it is of another level or the page is full; false when it must wait for the next page.
local function show(id, where, at, worker)
  local record = redis.call('HGET', bodies, id)
  if not record then return true end
  if level ~= '' and string.sub(string.match(record, '^%d+[@+]?%d*') or '', -1) ~= level then return true end
  if #page - 2 >= limit or (#page > 2 and bytes + #record > max_bytes) then return false end
  bytes = bytes + #record
  local text, history, reason = redis.call('HGET', state, id), {}, false
  local count = tonumber(text and string.match(text, '%d+$') or 0)
  for i = math.max(0, count - 20), count - 1 do history[#history + 1] = redis.call('HGET', attempts, i % 20 .. ' ' .. id) end
  if where == 'dead' then
    local grave = redis.call('HGET', graves, id)
    reason = grave and cmsgpack.unpack(grave)[3]
  end
  local report = redis.call('HGET', reports, id)
  report = report and cmsgpack.unpack(report) or { false, false, {} }
  page[#page + 1] =
    { id, where, at, worker or false, reason, record, text, redis.call('HGET', values, id), report[1], report[2], report[3], history }
  return true
end

-- The time mark that holds at an index of the completed list, in tenths of a second.
local function tenth_at(index)
  local stop = index
  while stop >= 0 do
    local start = math.max(0, stop - 99)
    local entries = redis.call('LRANGE', completed, start, stop)
    for i = #entries, 1, -1 do
      if string.byte(entries[i]) == 32 then return string.sub(entries[i], 2) end
    end
    stop = start - 1
  end
  return redis.call('HGET', meta, 'oldest') or ''
end

-- Shows members by rank, sets one after the other, from `offset` on; the sets hold nothing but ids and scores.
local function show_sets(sets, where)
  local skip, seen = offset, offset
  for _, set in ipairs(sets) do
    local size = redis.call('ZCARD', set)
    if skip >= size then
      skip = skip - size
    else
      local members = redis.call('ZRANGE', set, skip, skip + limit - #page + 2, 'WITHSCORES')
      for i = 1, #members, 2 do
        if not show(members[i], where, where == 'scheduled' and members[i + 1]) then
          page[1] = seen
          return
        end
        seen = seen + 1
      end
      skip = 0
    end
  end
end

if what == 'message' then
  if redis.call('HEXISTS', bodies, key) == 0 then return page end
  local died = redis.call('ZSCORE', dead, key)
  if died then
    show(key, 'dead', died)
    return page
  end
  for of = 1, 4 do
    local due = redis.call('ZSCORE', scheduled[of], key)
    if due then show(key, 'scheduled', due) end
    if redis.call('ZSCORE', ready[of], key) or redis.call('ZSCORE', suspects_of[of], key) then show(key, 'ready', false) end
    if page[3] then return page end
  end
  local declared = {}
  for i = first_name, #ARGV do
    declared[ARGV[i]] = true
    if redis.call('HEXISTS', KEYS[first_claims + i - first_name], key) == 1 then
      show(key, 'active', false, ARGV[i])
      return page
    end
  end
  local workers = redis.call('ZRANGE', leases, 0, -1)
  for _, worker in ipairs(workers) do
    if not declared[worker] then return { '', workers } end
  end
  local index = redis.call('LPOS', completed, key, 'RANK', -1, 'MAXLEN', newest_looked)
  show(key, 'completed', index and tenth_at(index) or '')
elseif what == 'ready' then
  local of = tonumber(level)
  show_sets(of and { ready[of + 1], suspects_of[of + 1] } or { ready[1], ready[2], ready[3], ready[4], suspects }, 'ready')
elseif what == 'scheduled' then
  local of = tonumber(level)
  show_sets(of and { scheduled[of + 1] } or scheduled, 'scheduled')
elseif what == 'active' then
  for i = first_name, #ARGV do
    local ids = {}
    for _, field in ipairs(redis.call('HKEYS', KEYS[first_claims + i - first_name])) do
      if string.byte(field) ~= 32 and (i > first_name or field > after) then ids[#ids + 1] = field end
    end
    table.sort(ids)
    for _, id in ipairs(ids) do
      if not show(id, 'active', false, ARGV[i]) then
        page[1], page[2] = '1', ARGV[i]
        return page
      end
    end
  end
elseif what == 'completed' then
  page[2] = redis.call('HGET', meta, 'kept') or '0'
  local size = redis.call('LLEN', completed)
  local stop = size - 1 - offset
  local entries = stop >= 0 and redis.call('LRANGE', completed, math.max(0, stop - 2 * limit), stop) or {}
  local tenth = ''
  for i = #entries, 1, -1 do
    local entry = entries[i]
    if string.byte(entry) == 32 then
      tenth = ''
    else
      if tenth == '' then tenth = tenth_at(stop - #entries + i) end
      if not show(entry, 'completed', tenth) then
        page[1] = offset
        return page
      end
    end
    offset = offset + 1
  end
  if offset < size then page[1] = offset end
else
  local members, prefix = nil, 0
  if key == '' then
    members = redis.call('ZRANGE', dead, offset, offset + limit, 'REV')
  else
    prefix = string.format('%04d', #key) .. key
    members = redis.call('ZRANGE', terms, '(' .. prefix .. ':', '[' .. prefix, 'BYLEX', 'REV', 'LIMIT', offset, limit + 1)
    prefix = #prefix + 13
  end
  for _, member in ipairs(members) do
    local id = string.sub(member, prefix + 1)
    if not show(id, 'dead', redis.call('ZSCORE', dead, id)) then
      page[1] = offset
      return page
    end
    offset = offset + 1
  end
  if #members > limit then page[1] = offset end
end
return page
