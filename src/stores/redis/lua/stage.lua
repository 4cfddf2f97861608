-- Puts a document together beside its session, step by step, where nobody sees it. What is not restored
-- expires.
-- Input:
--   KEYS[1] where it is put together
--   ARGV[1] document without messages, as JSON   ARGV[2] number of messages that are there already
--   ARGV[3..] messages that come behind them, as JSON
-- Output: number of messages that are there now, or -1 where something is missing before these
local key = KEYS[1]
local BATCH = 4000
local STAGED_SECONDS = 600

local function staged_length()
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return nil end
  return kind == 'ReJSON-RL' and redis.call('JSON.ARRLEN', key, '$.messages')[1] or -1
end

local position, count = tonumber(ARGV[2]), #ARGV - 2
local length = staged_length()
-- Sent again: the first one was applied.
if length == position + count then return length end
if not length and position == 0 then
  redis.call('JSON.SET', key, '$', ARGV[1])
  redis.call('EXPIRE', key, STAGED_SECONDS)
elseif length ~= position then
  return -1
end
for first = 3, #ARGV, BATCH do
  local last = math.min(first + BATCH - 1, #ARGV)
  redis.call('JSON.ARRAPPEND', key, '$.messages', unpack(ARGV, first, last))
end
return position + count
