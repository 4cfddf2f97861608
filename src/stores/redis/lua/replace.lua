-- Puts entries in the place of those that have their ids, and a handoff context in the place of another.
-- Input:
--   KEYS[1] session document   KEYS[2] and KEYS[3] not used   KEYS[4] as projection.lua
--   ARGV[1..11] as write.lua
--   ARGV[12] generation that must still hold
--   ARGV[13] index of the first entry   ARGV[14] ids of the entries, as JSON.GET prints them
--   ARGV[15] handoff context as JSON.GET printed it, or '' to leave it   ARGV[16] the new one as JSON
--   ARGV[17] as kept-by-others.lua   ARGV[18..] entries as JSON objects, whole
-- Output: that of write.lua, followed by the generation, as telling_of_words gives it | CONFLICT (something else stands there)
--- @include "changes"
--- @include "kept-by-others"
--- @include "write"

local first, context = tonumber(ARGV[13]), ARGV[15]
local count = #ARGV - 17
local stretch = '$.messages[' .. integer(first) .. ':' .. integer(first + count) .. ']'

local function stands_there(session)
  if integer(session.state.generation) ~= ARGV[12] then return false end
  if context ~= '' and redis.call('JSON.GET', key, '$.handoff_context') ~= context then return false end
  return count == 0 or redis.call('JSON.GET', key, stretch .. '.id') == ARGV[14]
end

-- How much more the entries take than those before, as JSON text.
local function growth()
  local before = redis.call('JSON.GET', key, stretch)
  local bytes = 2 + count - 1 - #before
  for index = 18, #ARGV do bytes = bytes + #ARGV[index] end
  return bytes
end

local session, refusal = begin_write()
if not session then return refusal end
if not stands_there(session) then return { 'CONFLICT' } end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
local state = session.state
local changed = {}
if count > 0 then
  changed = new_generation(state, first)
  state.bytes = math.max(0, (tonumber(state.bytes) or 0) + growth())
  changed[#changed + 1] = { 'bytes', integer(state.bytes) }
  for offset = 0, count - 1 do
    redis.call('JSON.SET', key, '$.messages[' .. integer(first + offset) .. ']', ARGV[18 + offset])
  end
end
if context ~= '' then redis.call('JSON.SET', key, '$.handoff_context', ARGV[16]) end
local reply = finish_write(session, { { 'message_count', integer(length) } }, changed)
reply[8] = integer(state.generation)
return count > 0 and telling_of_words(kept_by_others(ARGV[17]), reply) or reply
