-- rescue: gives back the messages of workers whose lease ended. Workers not declared are answered, to be declared in a second call.
-- KEYS   meta  bodies  ready ×4  leases  idle  marks  state  attempts  dead  graves  terms  suspects  suspects_of ×4
--        owners  keyed  claims (of each worker named)
-- ARGV   lease_us  channel  run  away_ms, then the names of the workers whose claims are declared
-- REPLY  {workers, redelivered, suspects, dead, more (1: yes), names of workers to declare…}
-- COST   O(messages · log n); ≤ 10 workers, ≤ 250 messages, fewer when records are long. Once after an outage O(workers)
local meta, bodies, ready = KEYS[1], KEYS[2], { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }
local leases, idle, marks, state, attempts, dead, graves, terms = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local suspects, suspects_of = KEYS[15], { KEYS[16], KEYS[17], KEYS[18], KEYS[19] }
local owners, keyed, first_claims = KEYS[20], KEYS[21], 22
local lease_us, channel, run, away_ms, first_name = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4]), 5
local most_workers, away_limit_ms, healed_us = 10, 5000, 15000000

local claims_of = {}
for i = first_name, #ARGV do claims_of[ARGV[i]] = KEYS[first_claims + i - first_name] end

local now = now_us()
local now_number = tonumber(now)
local m = redis.call('HMGET', meta, 'slot', 'run', 'extended', 'largest', 'alone')
if m[1] ~= string.sub(now, 1, 9) then remark(meta, marks, string.sub(now, 1, 9)) end

-- If the store itself was away, nobody could renew: every lease first gets its full time.
local restarted = m[2] and m[2] ~= run
local away = away_ms > away_limit_ms and now_number - tonumber(m[3] or 0) > healed_us
if restarted or away then
  local deadline = string.format('%.0f', now_number + lease_us)
  local ended = redis.call('ZRANGE', leases, '-inf', deadline, 'BYSCORE')
  for _, worker in ipairs(ended) do redis.call('ZADD', leases, deadline, worker) end
  redis.call('HSET', meta, 'extended', now)
end
if m[2] ~= run then redis.call('HSET', meta, 'run', run) end

local ended = redis.call('ZRANGE', leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, most_workers)
local room = math.min(250, 1 + math.floor(8388608 / math.max(tonumber(m[4] or 0), 1)))
local workers, redelivered, suspected, died = 0, 0, 0, 0
local undeclared = {}

local function crash(worker, id, mark, text, record)
  local level = string.byte(mark, 12) - 47
  local score, retries, crashes, alone_crashes, count = string.match(text or '', '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
  score = score or string.sub(record or '0000000000000000', 1, 16)
  retries, crashes, alone_crashes, count = retries or 0, (crashes or 0) + 1, alone_crashes or 0, count or 0
  if #mark > 12 then alone_crashes = alone_crashes + 1 end
  if tonumber(alone_crashes) >= 2 and #mark > 12 then
    local attempt = '{"attempt":' .. retries + crashes .. ',"worker":' .. cjson.encode(worker) .. ',"startedAtMs":' .. string.sub(now, 1, 13)
      .. ',"runMs":0,"error":{"name":"Crashed","message":"The process died twice while it ran this message alone."}}'
    redis.call('HSET', attempts, count % 20 .. ' ' .. id, attempt)
    count = count + 1
    bury(dead, graves, terms, owners, keyed, id, level - 1, string.sub(now, 1, 13), 'crashed', {})
    died = died + 1
  elseif crashes == 1 and #mark == 12 then
    redis.call('ZADD', ready[level], score, id)
    redelivered = redelivered + 1
  else
    redis.call('ZADD', suspects, score, id)
    redis.call('ZADD', suspects_of[level], score, id)
    suspected = suspected + 1
  end
  redis.call('HSET', state, id, score .. ' ' .. retries .. ' ' .. crashes .. ' ' .. alone_crashes .. ' ' .. count)
end

for _, worker in ipairs(ended) do
  local claims = claims_of[worker]
  if not claims then
    undeclared[#undeclared + 1] = worker
  elseif room > 0 and not undeclared[1] then
    workers = workers + 1
    local held = {}
    for _, field in ipairs(redis.call('HKEYS', claims)) do
      if string.byte(field) ~= 32 then held[#held + 1] = field end
    end
    if #held > room then table.sort(held) end
    local count = math.min(#held, room)
    if count > 0 then
      local fates = redis.call('HMGET', claims, unpack(held, 1, count))
      local states = redis.call('HMGET', state, unpack(held, 1, count))
      local records = redis.call('HMGET', bodies, unpack(held, 1, count))
      for i = 1, count do crash(worker, held[i], fates[i], states[i], records[i]) end
      redis.call('HDEL', claims, unpack(held, 1, count))
      room = room - count
    end
    if count == #held then
      redis.call('DEL', claims)
      redis.call('ZREM', leases, worker)
      redis.call('ZREM', idle, worker)
      if m[5] == worker then redis.call('HSET', meta, 'alone', '') end
    end
  end
end

local crashed = redelivered + suspected + died
if crashed > 0 then
  redis.call('HINCRBY', meta, 'crashed', crashed)
  redis.call('HINCRBY', meta, 'active', -crashed)
end
if died > 0 then redis.call('HINCRBY', meta, 'dead', died) end
if redelivered + suspected > 0 then wake_one(idle, channel) end
local more = redis.call('ZCOUNT', leases, '-inf', now) > 0 and 1 or 0
return { workers, redelivered, suspected, died, more, unpack(undeclared) }
