-- stats: reads the figures of the queue.
-- KEYS   meta  ready ×4  scheduled ×4  leases  marks  dead  suspects  suspects_of ×4
-- ARGV   none
-- REPLY  {now, totals (enqueued completed retried dead removed stale crashed claimed ×4 active kept paused), marks (slot, totals …),
--        dead, workers, suspects, then a level: ready, due, scheduled, suspects, scores of the oldest of the three sets ('' for none)}
-- COST   O(log n)
local meta, ready, scheduled = KEYS[1], { KEYS[2], KEYS[3], KEYS[4], KEYS[5] }, { KEYS[6], KEYS[7], KEYS[8], KEYS[9] }
local leases, marks, dead, suspects, suspects_of = KEYS[10], KEYS[11], KEYS[12], KEYS[13], { KEYS[14], KEYS[15], KEYS[16], KEYS[17] }

local now = now_us()
local totals = redis.call('HMGET', meta, 'enqueued', 'completed', 'retried', 'dead', 'removed', 'stale', 'crashed', 'claimed0', 'claimed1',
  'claimed2', 'claimed3', 'active', 'kept', 'paused')
local answer = { now, totals, redis.call('HGETALL', marks), redis.call('ZCARD', dead),
  redis.call('ZCOUNT', leases, '(' .. now, '+inf'), redis.call('ZCARD', suspects) }
for level = 1, 4 do
  answer[#answer + 1] = redis.call('ZCARD', ready[level])
  answer[#answer + 1] = redis.call('ZCOUNT', scheduled[level], '-inf', now)
  answer[#answer + 1] = redis.call('ZCARD', scheduled[level])
  answer[#answer + 1] = redis.call('ZCARD', suspects_of[level])
  for _, set in ipairs({ ready[level], scheduled[level], suspects_of[level] }) do
    answer[#answer + 1] = redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2] or ''
  end
end
return answer
