-- Remembers which lives of a session were deleted, and by which call: a call that is sent again after
-- its answer was lost, and that finds the session gone, learns what became of it. Kept beside the
-- session for ten minutes, as JSON text of `incarnation:call;`, the most recent at the end; of a call that found
-- nothing `-:call;`, so that an attempt of it which arrives late does not take what was created since.
--   KEYS[2] where it is kept

local LIVES_KEPT = 64
local LIFE_SECONDS = 600

-- Gives nil where something else stands in that place, which stays as it is.
local function deleted_lives()
  local kind = KEYS[2] and redis.call('TYPE', KEYS[2]).ok
  if kind == 'none' then return '' end
  local lives = kind == 'ReJSON-RL' and cjson.decode(redis.call('JSON.GET', KEYS[2], '$'))[1]
  return type(lives) == 'string' and lives or nil
end

local function is_recorded(text)
  return string.find(';' .. (deleted_lives() or ''), text, 1, true) ~= nil
end

local function was_deleted(incarnation)
  return is_recorded(';' .. incarnation .. ':')
end

-- Gives 'deleted', 'nothing' where the call found nothing to delete, or nil.
local function deletion_by(call)
  if is_recorded(';-:' .. call .. ';') then return 'nothing' end
  return is_recorded(':' .. call .. ';') and 'deleted' or nil
end

-- With the incarnation '-' for a call that found nothing to delete.
local function record_deletion(incarnation, call)
  local lives = deleted_lives()
  if not lives then return end
  -- The life of a document that Python made is its time, and has a colon of its own.
  lives = lives .. string.gsub(incarnation, ':', '=') .. ':' .. call .. ';'
  local _, count = string.gsub(lives, ';', ';')
  for _ = LIVES_KEPT + 1, count do
    -- Whoever deletes nothing, many times, pushes nothing else out.
    local others, cuts = string.gsub(lives, '%-:%x+;', '', 1)
    lives = cuts > 0 and others or string.match(lives, '^[^;]*;(.*)$')
  end
  -- At the memory limit, where nothing was deleted before, there is no record.
  redis.pcall('JSON.SET', KEYS[2], '$', cjson.encode(lives))
  redis.call('EXPIRE', KEYS[2], LIFE_SECONDS)
end
