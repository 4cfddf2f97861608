-- Frees the end of a document in the trash, and with its last step the document.
-- Input: KEYS[1] document in the trash; ARGV[1] number of entries to free
-- Output: number of entries that are left
local function entries_left()
  if redis.call('TYPE', KEYS[1]).ok ~= 'ReJSON-RL' then return 0 end
  return redis.call('JSON.ARRLEN', KEYS[1], '$.messages')[1] or 0
end

local left = entries_left() - ARGV[1]
if left <= 0 then
  redis.call('UNLINK', KEYS[1])
  return 0
end
redis.call('JSON.ARRTRIM', KEYS[1], '$.messages', 0, left - 1)
return left
