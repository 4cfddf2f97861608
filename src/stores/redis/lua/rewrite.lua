-- Drops entries from the end of the history and appends others in their place.
-- Input:
--   KEYS[1] session document
--   ARGV[1..9] as write.lua
--   ARGV[10] generation that must still hold, or ''
--   ARGV[11] id of the newest entry, with it; '' where that value has none
--   ARGV[12] number of entries to drop, or 'all'
--   ARGV[13] '1' to forget operation ids   ARGV[14] '1' to set the tokens spent to 0
--   ARGV[15..] entries to append, as entries.lua takes them
-- Output: that of write.lua | CONFLICT
--- @include "entries"
--- @include "write"

local CHANGES_KEPT = 16

local function version_holds(session)
  if ARGV[10] == '' then return true end
  if integer(session.state.generation) ~= ARGV[10] then return false end
  local last_id = cjson.decode(redis.call('JSON.GET', key, '$.messages[-1].id'))[1]
  return (type(last_id) == 'string' and last_id or '') == ARGV[11]
end

local function keep_first(count)
  -- Works at the memory limit, too, where JSON.SET is refused; from 1 to 0 is nothing.
  local first, last = 0, count - 1
  if count == 0 then first, last = 1, 0 end
  redis.call('JSON.ARRTRIM', key, '$.messages', first, last)
end

local function changes_json(changes, generation, lowest)
  local kept = {}
  for _, change in ipairs(type(changes) == 'table' and changes or {}) do
    if type(change) == 'table' and tonumber(change[1]) and tonumber(change[2]) then
      kept[#kept + 1] = '[' .. integer(change[1]) .. ',' .. integer(change[2]) .. ']'
    end
  end
  kept[#kept + 1] = '[' .. integer(generation) .. ',' .. integer(lowest) .. ']'
  return '[' .. table.concat(kept, ',', math.max(1, #kept - CHANGES_KEPT + 1)) .. ']'
end

local session, refusal = begin_write()
if not session then return refusal end
if not version_holds(session) then return { 'CONFLICT' } end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
local kept = ARGV[12] == 'all' and 0 or math.max(0, length - tonumber(ARGV[12]))
local entries = entries_from(15)
local state = session.state
local metadata = { { 'message_count', integer(kept + #entries) } }
local changed = {}
if kept < length then
  -- Never a plain counter: after a failover two masters would reach the same number.
  state.generation = math.max(state.generation + 1, now_us)
  state.changes = changes_json(present(state.changes), state.generation, kept)
  keep_first(kept)
  changed = { { 'generation', integer(state.generation) }, { 'changes', state.changes } }
end
append_entries(entries, kept)
if ARGV[14] == '1' then metadata[2] = { 'total_tokens', '0' } end
if ARGV[13] == '1' then redis.call('JSON.SET', key, '$.operations', '{}') end
return finish_write(session, metadata, changed)
