-- claim: settles the results of one worker and gives it the next messages; with limit 0 it only settles.
-- KEYS   meta  bodies  ready ×4  scheduled ×4  leases  idle  marks  state  attempts  values  reports  completed  dead  graves  terms
--        marked  suspects  suspects_of ×4  owners  keyed  claims (of the worker)
-- ARGV   worker  number (16 digits)  nonce  lease_us  limit  idle (1: yes)  turns (levels as digits)  completed_count  dead_count
--        channel  run  results (count)  kinds ('': all d), then ids, nonces, and what some kinds bring along, in their order
--        kinds: d(one)  v (done: value)  f(ailed: delay_us  attempt)  x (dead: reason  attempt  count  terms…)  r(eleased)
-- REPLY  'flags now fence due_ms lease_end_ms'  outcomes ('': all as asked, else a letter each: d, s(tale)), then a level:
--        ids  bodies  states; flags are digits: repeated lost paused drain idle more alone
-- ERRORS CALL_OUTDATED
-- COST   O((results + messages) · log n); results done without a value and messages in their first attempt cost no command each
local meta, bodies = KEYS[1], KEYS[2]
local ready, scheduled = { KEYS[3], KEYS[4], KEYS[5], KEYS[6] }, { KEYS[7], KEYS[8], KEYS[9], KEYS[10] }
local leases, idle, marks, state, attempts, values, reports = KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17]
local completed, dead, graves, terms, marked, suspects = KEYS[18], KEYS[19], KEYS[20], KEYS[21], KEYS[22], KEYS[23]
local suspects_of, owners, keyed, claims = { KEYS[24], KEYS[25], KEYS[26], KEYS[27] }, KEYS[28], KEYS[29], KEYS[30]
local worker, number, nonce, lease_us, limit, wants_idle = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local turns, completed_count, dead_count, channel, run = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]), ARGV[10], ARGV[11]
local results, kinds, given = tonumber(ARGV[12]), ARGV[13], ARGV
local first_id, first_nonce, extra = 14, 14 + results, 14 + 2 * results
local most, most_bytes, never = 250, 262144, '0000000000000000'
local byte, sub, format, match, floor = string.byte, string.sub, string.format, string.match, math.floor

local now = now_us()
local now_number = tonumber(now)
local held = redis.call('HMGET', claims, ' call', ' outcomes', unpack(given, first_id, first_nonce - 1))
local last_call, last_outcomes = held[1], held[2]
local repeated = last_call and sub(last_call, 1, 16) == number and sub(last_call, 17, 27) == nonce
if last_call and not repeated and tonumber(number) <= tonumber(sub(last_call, 1, 16)) then
  return redis.error_reply('CALL_OUTDATED a later call of this worker was answered already; nothing changed')
end

local m = redis.call('HMGET', meta, 'slot', 'paused', 'due', 'fence', 'position', 'alone', 'largest', 'active', 'completed', 'kept',
  'removed', 'mark', 'claimed0', 'claimed1', 'claimed2', 'claimed3')
local slot, changed = sub(now, 1, 9), {}
local function set(field, value) changed[#changed + 1], changed[#changed + 2] = field, value end
local function add(field, count) if count > 0 then redis.call('HINCRBY', meta, field, count) end end
if m[1] ~= slot then remark(meta, marks, slot) end
redis.call('ZREM', idle, worker)
local paused = m[2] == '1'

if not last_call and tonumber(number) > 1 then
  add('stale', results)
  local letters = results > 0 and string.rep('s', results) or ''
  return { (paused and '0110000 ' or '0100000 ') .. now .. ' 0 - -', letters }
end
if not last_call then
  redis.call('HSETNX', meta, 'about', 'A queue of Millrace, layout 1. This field is long so that the hash is a table, not a list.')
  redis.call('HSETNX', meta, 'run', run)
end
redis.call('ZADD', leases, format('%.0f', now_number + lease_us), worker)

local due, active, kept, removed = m[3] or '', tonumber(m[8] or 0), tonumber(m[10] or 0), tonumber(m[11] or 0)
local outcomes, fields, freed = '', {}, false -- freed: this call made messages ready that it may leave for others
if repeated then
  outcomes = last_outcomes or ''
else
  fields[1], fields[2] = ' call', number .. nonce .. string.rep('.', 39)
end

local rare = redis.call('EXISTS', state, suspects, keyed) > 0
local stateful, has_keys = rare and redis.call('EXISTS', state) == 1, rare and redis.call('EXISTS', keyed) == 1

-- Frees the dedupe keys of messages that begin, or that are done: a window outlasts both.
local function free_keys(ids, are_done)
  for i, note in ipairs(redis.call('HMGET', keyed, unpack(ids))) do
    local kind = note and byte(note)
    if kind == 115 or kind == 102 and are_done then let_go(owners, ids[i], note) end
    if note and are_done then redis.call('HDEL', keyed, ids[i]) end
  end
end

if results > 0 and not repeated then
  -- The common case: all done, all claims still stand. Then the arguments serve as the lists, and no table is built.
  local plain = kinds == ''
  for i = 1, plain and results or 0 do
    local mark = held[i + 2]
    if not mark or sub(mark, 1, 11) ~= given[first_nonce + i - 1] then
      plain = false
      break
    end
  end

  local done, returned, others, known, finished = {}, {}, {}, {}, results
  if plain then
    redis.call('HDEL', claims, unpack(given, first_id, first_nonce - 1))
    active = active - results
  else
    local letters, stale, taken, settled = nil, 0, {}, {}
    for i = 1, results do
      local id, mark, kind, here = given[first_id + i - 1], held[i + 2], 100, extra
      if kinds ~= '' then
        kind = byte(kinds, i)
        extra = extra + (kind == 118 and 1 or kind == 102 and 2 or kind == 120 and 3 + given[extra + 2] or 0)
      end
      if mark and sub(mark, 1, 11) == given[first_nonce + i - 1] and not taken[id] then
        taken[id] = true
        settled[#settled + 1] = id
        if kind == 100 or kind == 118 then
          done[#done + 1] = id
          if kind == 118 then returned[#returned + 1], returned[#returned + 2] = id, given[here] end
        else
          others[#others + 1] = { id, kind, here, byte(mark, 12) - 47, #mark > 12 }
        end
      else
        if not letters then
          letters = {}
          for j = 1, results do letters[j] = 'd' end
        end
        letters[i] = 's'
        stale = stale + 1
      end
    end
    if letters then
      outcomes = table.concat(letters)
      add('stale', stale)
      fields[3], fields[4] = ' outcomes', outcomes
    end
    if settled[1] then redis.call('HDEL', claims, unpack(settled)) end
    active, finished = active - #settled, #done
  end
  if stateful then
    for i, text in ipairs(redis.call('HMGET', state, unpack(given, first_id, first_nonce - 1))) do
      if text then known[given[first_id + i - 1]] = text end
    end
  end
  local gone, leaving = {}, 0

  if finished > 0 then
    local tenth = sub(now, 1, 11)
    if m[12] ~= tenth then
      redis.call('RPUSH', completed, ' ' .. tenth)
      set('mark', tenth)
    end
    if plain then redis.call('RPUSH', completed, unpack(given, first_id, first_nonce - 1)) else redis.call('RPUSH', completed, unpack(done)) end
    set('completed', (m[9] or 0) + finished)
    if has_keys then free_keys(plain and { unpack(given, first_id, first_nonce - 1) } or done, true) end
    if next(known) then
      for i = 1, finished do
        local id = plain and given[first_id + i - 1] or done[i]
        local count = known[id] and match(known[id], '%d+$')
        if count == '0' then redis.call('HDEL', state, id) elseif count then redis.call('HSET', state, id, never .. ' 0 0 0 ' .. count) end
      end
    end
    kept = kept + finished
    leaving = math.min(kept - completed_count, most + finished)
  end

  local first_due, died, retried = nil, 0, 0
  local later, again, histories, states = { {}, {}, {}, {} }, { {}, {}, {}, {} }, {}, {}
  for _, other in ipairs(others) do
    local id, kind, here, level, alone = unpack(other)
    local score, retries, crashes, alone_crashes, count = match(known[id] or '', '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
    if kind == 114 then
      freed = true
      score = score or sub(redis.call('HGET', bodies, id) or never, 1, 16)
      if alone then
        rare = true
        redis.call('ZADD', suspects, score, id)
        redis.call('ZADD', suspects_of[level], score, id)
      else
        local back = again[level]
        back[#back + 1], back[#back + 2] = score, id
      end
    else
      retries, count = (retries or 0) + 1, count or 0
      if alone then crashes, alone_crashes = 0, 0 end
      histories[#histories + 1], histories[#histories + 2] = count % 20 .. ' ' .. id, given[here + 1]
      if kind == 102 then
        score = format('%.0f', now_number + given[here])
        if not first_due or tonumber(score) < tonumber(first_due) then first_due = score end
        local wait = later[level]
        wait[#wait + 1], wait[#wait + 2] = score, id
        retried = retried + 1
      else
        local words = {}
        for i = 1, tonumber(given[here + 2]) do words[i] = given[here + 2 + i] end
        bury(dead, graves, terms, owners, keyed, id, level - 1, sub(now, 1, 13), given[here], words)
        died = died + 1
      end
      local text = (score or never) .. ' ' .. retries .. ' ' .. (crashes or 0) .. ' ' .. (alone_crashes or 0) .. ' ' .. count + 1
      states[#states + 1], states[#states + 2] = id, text
    end
  end
  if returned[1] then redis.call('HSET', values, unpack(returned)) end
  if states[1] then
    stateful = true
    redis.call('HSET', state, unpack(states))
    redis.call('HSET', attempts, unpack(histories))
  end
  for level = 1, 4 do
    if later[level][1] then redis.call('ZADD', scheduled[level], unpack(later[level])) end
    if again[level][1] then redis.call('ZADD', ready[level], unpack(again[level])) end
  end
  add('retried', retried)
  add('dead', died)

  -- Retention: the oldest finished messages beyond the counts leave.
  if leaving > 0 then
    gone = shift(meta, completed, leaving)
    kept = kept - #gone
  end
  if died > 0 then
    local over = math.min(redis.call('ZCARD', dead) - dead_count, most + results)
    if over > 0 then
      local oldest = redis.call('ZRANGE', dead, 0, over - 1)
      for _, id in ipairs(oldest) do
        exhume(dead, graves, terms, id)
        gone[#gone + 1] = id
      end
      redis.call('HDEL', graves, unpack(oldest))
    end
  end
  if gone[1] then
    forget(bodies, state, attempts, values, reports, owners, keyed, gone)
    removed = removed + #gone
    set('removed', removed)
  end
  if first_due then
    if due == '' or tonumber(first_due) < tonumber(due) then due = first_due end
    wake_for_due(meta, leases, idle, channel, first_due, worker)
  end
  if finished > 0 or gone[1] then set('kept', kept) end
end

if fields[1] and last_outcomes and not fields[3] then redis.call('HDEL', claims, ' outcomes') end

local answer, count, drain, more, alone_flag = { '', outcomes }, 0, false, false, false
local fence = math.max(tonumber(m[4] or 0) + 1, now_number)
local function give(ids)
  local records = redis.call('HMGET', bodies, unpack(ids))
  answer[#answer + 1] = ids
  answer[#answer + 1] = records
  answer[#answer + 1] = stateful and redis.call('HMGET', state, unpack(ids)) or {}
  count = count + #ids
  if has_keys then free_keys(ids, false) end
  return records
end

if repeated then
  local standing, all = {}, redis.call('HGETALL', claims)
  for i = 1, #all, 2 do
    if byte(all[i]) ~= 32 and sub(all[i + 1], 1, 11) == nonce then
      standing[#standing + 1] = all[i]
      alone_flag = #all[i + 1] > 12
    end
  end
  if standing[1] then give(standing) end
  if not paused and limit > 0 then more = redis.call('EXISTS', unpack(ready)) > 0 end
else
  if not paused and due ~= '' and tonumber(due) <= now_number then
    local room = most
    for level = 1, 4 do
      if room > 0 then
        local found = redis.call('ZRANGE', scheduled[level], '-inf', now, 'BYSCORE', 'LIMIT', 0, room, 'WITHSCORES')
        if found[1] then
          local entries, ids = {}, {}
          for i = 1, #found, 2 do
            ids[#ids + 1] = found[i]
            entries[i], entries[i + 1] = found[i + 1], found[i]
          end
          redis.call('ZADD', ready[level], unpack(entries))
          redis.call('ZREM', scheduled[level], unpack(ids))
          if redis.call('EXISTS', marked) == 1 then
            for _, id in ipairs(ids) do
              if redis.call('ZREM', marked, id) == 1 then redis.call('HDEL', graves, id) end
            end
          end
          room = room - #ids
          freed = true
        end
      end
    end
    local next_due = earliest(scheduled)
    due = next_due and format('%.0f', next_due) or ''
  end

  local alone, suspected, holding = m[6] or '', rare and redis.call('EXISTS', suspects) == 1, 0
  if suspected or alone == worker then
    holding = redis.call('HLEN', claims) - (last_call and 1 or 0) - redis.call('HEXISTS', claims, ' outcomes')
  end
  if alone == worker and holding == 0 and not suspected then alone = '' end

  if not paused and limit > 0 then
    local chosen = false
    if alone == worker and holding > 0 then
      for _, value in ipairs(redis.call('HVALS', claims)) do
        if #value == 13 then drain = true end
      end
    end
    if suspected and not drain then
      if alone == '' or not redis.call('ZSCORE', leases, alone) then alone = worker end
      if alone == worker then
        if holding > 0 then
          drain = true
        else
          local ids = redis.call('ZRANGE', suspects, 0, 0)
          give(ids)
          local level = math.min(3, tonumber(sub(match(answer[4][1] or '', '^%d+[@+]?%d*') or '', -1)) or 0)
          redis.call('ZREM', suspects, ids[1])
          redis.call('ZREM', suspects_of[level + 1], ids[1])
          fields[#fields + 1], fields[#fields + 2] = ids[1], nonce .. level .. '!'
          set('claimed' .. level, (m[13 + level] or 0) + 1)
          alone_flag, chosen = true, true
        end
      end
    end

    if not drain and not chosen then
      local left, total = {}, 0
      for level = 1, 4 do
        left[level] = redis.call('ZCARD', ready[level])
        total = total + left[level]
      end
      local position, length, take = tonumber(m[5] or 0), #turns, { 0, 0, 0, 0 }
      local remaining, bytes = math.min(limit, total), 0
      local largest = tonumber(m[7] or 0)
      local careful = remaining * largest > most_bytes
      if length > 0 and not careful then
        -- Whole rounds of turns are reckoned at once, as long as no level runs empty; the rest is walked turn by turn.
        local highest, share, rounds = left[1] > 0 and 1 or left[2] > 0 and 2 or left[3] > 0 and 3 or 4, { 0, 0, 0, 0 }, floor(remaining / length)
        for i = 1, length do
          local turn = byte(turns, i) - 47
          if left[turn] == 0 then turn = highest end
          share[turn] = share[turn] + 1
        end
        for level = 1, 4 do
          if share[level] > 0 then rounds = math.min(rounds, floor(left[level] / share[level])) end
        end
        for level = 1, 4 do
          take[level], left[level] = rounds * share[level], left[level] - rounds * share[level]
        end
        remaining = remaining - rounds * length
      end
      while remaining > 0 do
        local level, following = left[1] > 0 and 1 or left[2] > 0 and 2 or left[3] > 0 and 3 or 4, position
        if length > 0 then
          local turn = byte(turns, position % length + 1) - 47
          if left[turn] > 0 then level = turn end
          following = (position + 1) % length
        end
        if careful then
          bytes = bytes + redis.call('HSTRLEN', bodies, redis.call('ZRANGE', ready[level], take[level], take[level])[1])
          if bytes > most_bytes and remaining < math.min(limit, total) then break end
        end
        position, remaining = following, remaining - 1
        take[level], left[level] = take[level] + 1, left[level] - 1
      end

      for level = 1, 4 do
        local wanted = take[level]
        if wanted > 0 then
          local ids = redis.call('ZRANGE', ready[level], 0, wanted - 1)
          redis.call('ZREMRANGEBYRANK', ready[level], 0, wanted - 1)
          local records, mark, field, lost = give(ids), nonce .. level - 1, #fields, nil
          for i = 1, wanted do
            if records[i] then
              fields[field + 1], fields[field + 2] = ids[i], mark
              field = field + 2
            else
              lost = lost or {}
              lost[#lost + 1] = ids[i]
            end
          end
          if lost then
            -- Somebody deleted these records: there is nothing to give, and no claim may stay of them.
            wanted, count, removed = wanted - #lost, count - #lost, removed + #lost
            set('removed', removed)
          end
          set('claimed' .. level - 1, (m[12 + level] or 0) + wanted)
        end
      end
      more = left[1] + left[2] + left[3] + left[4] > 0
      if not more then
        position = 0
        if largest * most > most_bytes and due == '' and active + count == 0 then set('largest', '0') end
      end
      if position ~= tonumber(m[5] or 0) then set('position', position) end
    end
  end
  active = active + count
  if alone ~= (m[6] or '') then set('alone', alone) end
end

if count > 0 then set('fence', format('%.0f', fence + count - 1)) end
if active ~= tonumber(m[8] or 0) then set('active', active) end
if due ~= (m[3] or '') then set('due', due) end
if fields[1] then redis.call('HSET', claims, unpack(fields)) end
if changed[1] then redis.call('HSET', meta, unpack(changed)) end

local short = count < limit or limit == 0
local is_idle = wants_idle == '1' and not more and not drain and count < limit
if is_idle then redis.call('ZADD', idle, now, worker) end
local left = freed and not paused and redis.call('EXISTS', suspects, unpack(ready)) > 0
if more and not short or left then wake_one(idle, channel) end
local due_ms = short and due ~= '' and take_timer(meta, leases, scheduled, worker, now_number) or '-'
local lease_end_ms = short and next_lease_end(leases, worker, now_number) or '-'
answer[1] = (repeated and '1' or '0') .. '0' .. (paused and '1' or '0') .. (drain and '1' or '0') .. (is_idle and '1' or '0')
  .. (more and '1' or '0') .. (alone_flag and '1' or '0') .. ' ' .. now .. ' ' .. format('%.0f', fence) .. ' ' .. due_ms .. ' ' .. lease_end_ms
return answer
