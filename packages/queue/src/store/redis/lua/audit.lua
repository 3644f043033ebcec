-- audit: looks at one slice of what a queue keeps for what does not fit together, and mends it if asked to.
-- KEYS   meta  bodies  ready ×4  scheduled ×4  leases  state  attempts  values  reports  completed  dead  graves  terms  marked  suspects
--        suspects_of ×4  owners  keyed  claims (of each worker named)
-- ARGV   phase  cursor  repair (1: yes)  pattern (of the keys of claims), then the names of the workers whose claims are declared
-- REPLY  {next cursor ('' at the end), then two a finding: subject  detail}, or {'declare', names…}
-- COST   O(250 · log n); phases bodies and counters also O(workers), and up to 20,000 completed ids; claims: 1,000 keys of the server
local meta, bodies = KEYS[1], KEYS[2]
local ready, scheduled = { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }, { KEYS[7], KEYS[8], KEYS[9], KEYS[10] }
local leases, state, attempts, values, reports = KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15]
local completed, dead, graves, terms, marked, suspects = KEYS[16], KEYS[17], KEYS[18], KEYS[19], KEYS[20], KEYS[21]
local suspects_of, owners, keyed, first_claims = { KEYS[22], KEYS[23], KEYS[24], KEYS[25] }, KEYS[26], KEYS[27], 28
local phase, cursor, repair, pattern, first_name = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4], 5
local page, most_completed, reply = 250, 20000, { '' }

local claims_of = {}
for i = first_name, #ARGV do claims_of[ARGV[i]] = KEYS[first_claims + i - first_name] end
if phase == 'bodies' or phase == 'counters' then
  local workers = redis.call('ZRANGE', leases, 0, -1)
  for _, worker in ipairs(workers) do
    if not claims_of[worker] then return { 'declare', unpack(workers) } end
  end
end

local function found(subject, detail)
  reply[#reply + 1] = subject
  reply[#reply + 1] = detail or ''
end

-- One page of a hash: its fields; the next cursor goes into the reply.
local function fields_of(hash)
  -- Of an empty queue it is not known how long the records are that it keeps.
  local largest = hash == bodies and tonumber(redis.call('HGET', meta, 'largest') or 0) or 1
  local count = largest == 0 and 32 or math.min(page, 1 + math.floor(8388608 / largest))
  local answer = redis.call('HSCAN', hash, cursor, 'COUNT', count)
  if answer[1] ~= '0' then reply[1] = answer[1] end
  return answer[2]
end

-- Which of these ids have no record.
local function without_body(ids)
  local missing = {}
  if ids[1] then
    for i, record in ipairs(redis.call('HMGET', bodies, unpack(ids))) do
      if not record then missing[#missing + 1] = i end
    end
  end
  return missing
end

if phase == 'bodies' then
  local all, homeless, known = fields_of(bodies), {}, {}
  for i = 1, #all, 2 do
    local id, record = all[i], all[i + 1]
    local mark = string.byte(record, 17)
    local level = (tonumber(string.sub(record, (mark == 64 or mark == 43) and 31 or 17, (mark == 64 or mark == 43) and 31 or 17)) or 2) + 1
    local at = redis.call('ZSCORE', ready[level], id) or redis.call('ZSCORE', scheduled[level], id) or redis.call('ZSCORE', dead, id)
      or redis.call('ZSCORE', suspects, id)
    for _, claims in pairs(claims_of) do at = at or redis.call('HEXISTS', claims, id) == 1 end
    if not at then homeless[#homeless + 1] = { id, level } end
  end
  if homeless[1] and redis.call('LLEN', completed) <= most_completed then
    for _, id in ipairs(redis.call('LRANGE', completed, 0, -1)) do known[id] = true end
    for _, each in ipairs(homeless) do
      if not known[each[1]] then
        found(each[1])
        if repair then
          bury(dead, graves, terms, owners, keyed, each[1], each[2] - 1, string.sub(now_us(), 1, 13), 'found without a place in its queue', {})
        end
      end
    end
  end
elseif phase == 'state' or phase == 'attempts' or phase == 'values' or phase == 'reports' or phase == 'keyed' then
  local hash = ({ state = state, attempts = attempts, values = values, reports = reports, keyed = keyed })[phase]
  local all, names, ids = fields_of(hash), {}, {}
  for i = 1, #all, 2 do
    names[#names + 1] = all[i]
    ids[#ids + 1] = phase == 'attempts' and string.match(all[i], '^%d+ (.*)$') or all[i]
  end
  for _, i in ipairs(without_body(ids)) do
    found(ids[i], phase)
    if repair then redis.call('HDEL', hash, names[i]) end
  end
elseif phase == 'graves' then
  local all = fields_of(graves)
  for i = 1, #all, 2 do
    if not redis.call('ZSCORE', dead, all[i]) and not redis.call('ZSCORE', marked, all[i]) then
      found(all[i])
      if repair then redis.call('HDEL', graves, all[i]) end
    end
  end
elseif phase == 'owners' then
  local all = fields_of(owners)
  for i = 1, #all, 2 do
    -- A window outlasts its message; trim ends it.
    local id = string.sub(all[i + 1], 18)
    if string.byte(all[i + 1]) ~= 119 and redis.call('HEXISTS', keyed, id) == 0 then
      found(all[i], id)
      if repair then redis.call('HDEL', owners, all[i]) end
    end
  end
elseif phase == 'claims' then
  local answer = redis.call('SCAN', cursor, 'MATCH', pattern .. '*', 'COUNT', 1000)
  if answer[1] ~= '0' then reply[1] = answer[1] end
  for _, key in ipairs(answer[2]) do
    local worker = string.match(key, ':claims:(.*)$')
    if not redis.call('ZSCORE', leases, worker) then
      found(worker)
      -- A lease that has ended: the next rescue gives its messages back, by all its rules.
      if repair then redis.call('ZADD', leases, '1', worker) end
    end
  end
elseif phase == 'counters' then
  local active, kept, m = 0, 0, redis.call('HMGET', meta, 'active', 'kept')
  for _, claims in pairs(claims_of) do
    for _, field in ipairs(redis.call('HKEYS', claims)) do
      if string.byte(field) ~= 32 then active = active + 1 end
    end
  end
  if active ~= tonumber(m[1] or 0) then
    found('active', (m[1] or 0) .. ' ' .. active)
    if repair then redis.call('HSET', meta, 'active', active) end
  end
  if redis.call('LLEN', completed) <= most_completed then
    for _, entry in ipairs(redis.call('LRANGE', completed, 0, -1)) do
      if string.byte(entry) ~= 32 then kept = kept + 1 end
    end
    if kept ~= tonumber(m[2] or 0) then
      found('completed', (m[2] or 0) .. ' ' .. kept)
      if repair then redis.call('HSET', meta, 'kept', kept) end
    end
  end
else
  -- A place: one of the sorted sets.
  local level = tonumber(string.match(phase, '%d$') or 0)
  local set = phase == 'dead' and dead or phase == 'suspects' and suspects or string.sub(phase, 1, 5) == 'ready' and ready[level] or scheduled[level]
  local ids = redis.call('ZRANGE', set, cursor, cursor + page - 1)
  local gone = without_body(ids)
  for _, i in ipairs(gone) do
    found(ids[i], phase)
    if repair then
      if phase == 'dead' and redis.call('HEXISTS', graves, ids[i]) == 1 then exhume(dead, graves, terms, ids[i]) end
      redis.call('ZREM', set, ids[i])
      redis.call('HDEL', graves, ids[i])
      for each = 1, 4 do redis.call('ZREM', suspects_of[each], ids[i]) end
      redis.call('ZREM', marked, ids[i])
      redis.call('HINCRBY', meta, 'removed', 1)
    end
  end
  if #ids == page then reply[1] = tostring(cursor + page - (repair and #gone or 0)) end
end
return reply
