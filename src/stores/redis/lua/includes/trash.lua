-- Histories that are too long to be freed at once: the document is renamed, and trim.lua frees it step
-- by step. What nobody trims expires.

local LONG_HISTORY = 1000
local TRASH_SECONDS = 600

local function is_long(length)
  return type(length) == 'number' and length > LONG_HISTORY
end

local function move_to_trash(key, trash)
  redis.call('RENAME', key, trash)
  redis.call('EXPIRE', trash, TRASH_SECONDS)
end

local function has_trash(trash)
  return redis.call('TYPE', trash).ok == 'ReJSON-RL'
end
