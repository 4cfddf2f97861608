-- Changes nothing, and is written to replicas and the append-only file all the same: a WAIT behind it on
-- the same connection covers every write before it, whichever connection that came by.
-- Input: KEYS[1] session document
-- Output: 1 | 0 (the key holds something else, and nothing was written)
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
if kind == 'none' then
  redis.call('JSON.SET', key, '$', 'null')
  redis.call('UNLINK', key)
  return 1
end
if kind ~= 'ReJSON-RL' then return 0 end
-- Keeps all of them. Works at the memory limit, too, where JSON.SET is refused.
return redis.call('JSON.ARRTRIM', key, '$.messages', 0, -1)[1] and 1 or 0
