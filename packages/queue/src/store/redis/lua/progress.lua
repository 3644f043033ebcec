-- progress: keeps what the handler of an active message reports: a ratio, a note, log lines.
-- KEYS   reports  claims (of the worker)
-- ARGV   id  nonce  ratio ('' for none)  noted (1: a note follows, 0: none)  note, then lines
-- REPLY  done | stale
-- COST   O(lines); the newest 100 are kept
local reports, claims = KEYS[1], KEYS[2]
local id, nonce, ratio, noted, note, first_line = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], 6

local mark = redis.call('HGET', claims, id)
if not mark or string.sub(mark, 1, 11) ~= nonce then return 'stale' end
local stored = redis.call('HGET', reports, id)
local report = stored and cmsgpack.unpack(stored) or { false, false, {} }
if ratio ~= '' or noted == '1' then
  report[1] = ratio ~= '' and ratio or report[1] or '0'
  report[2] = noted == '1' and note
end
local lines = report[3]
for i = first_line, #ARGV do lines[#lines + 1] = ARGV[i] end
report[3] = { unpack(lines, math.max(1, #lines - 99)) }
redis.call('HSET', reports, id, cmsgpack.pack(report))
return 'done'
