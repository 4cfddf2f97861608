-- Drops entries from the end of the history, appends others in their place, and can move the start of
-- the model's view.
-- Input:
--   KEYS[1] session document   KEYS[2] where a long history that is dropped whole is moved to
--   ARGV[1..11] as write.lua
--   ARGV[12] generation that must still hold, or ''
--   ARGV[13] id of the newest entry, with it; '' where that value has none
--   ARGV[14] number of entries to drop, or 'all'
--   ARGV[15] '1' to forget operation ids   ARGV[16] '1' to set the tokens spent and the usage to 0
--   ARGV[17] '1' to begin the model's view behind the entries that are kept
--   ARGV[18..] entries to append, as entries.lua takes them
-- Output: that of write.lua, followed by '1' where KEYS[2] is to be trimmed | CONFLICT
--- @include "entries"
--- @include "trash"
--- @include "write"

local CHANGES_KEPT = 16
local FIELDS = {
  'session_id', 'user_id', 'created_at', 'updated_at', 'metadata', 'messages', 'handoff_context', 'state',
  'operations', 'attributes', 'usage',
}

-- The id of an entry as JSON text, or nil where the value has none.
local function id_at(index)
  local found = redis.call('JSON.GET', key, '$.messages[' .. index .. '].id')
  return string.match(found, '^%[(".*")%]$')
end

local function version_holds(session)
  if ARGV[12] == '' then return true end
  if integer(session.state.generation) ~= ARGV[12] then return false end
  local last_id = id_at(-1)
  return (last_id and cjson.decode('[' .. last_id .. ']')[1] or '') == ARGV[13]
end

local function keep_first(count)
  -- Works at the memory limit, too, where JSON.SET is refused; from 1 to 0 is nothing.
  local first, last = 0, count - 1
  if count == 0 then first, last = 1, 0 end
  redis.call('JSON.ARRTRIM', key, '$.messages', first, last)
end

-- The document without its messages, or nil where it has fields that are not known here.
local function emptied_json()
  local members = {}
  for _, field in ipairs(FIELDS) do
    local found = field == 'messages' and '[[]]' or redis.call('JSON.GET', key, '$.' .. field)
    if found ~= '[]' then
      members[#members + 1] = '"' .. field .. '":' .. string.sub(found, 2, -2)
    end
  end
  if redis.call('JSON.OBJLEN', key, '$')[1] ~= #members then return nil end
  return '{' .. table.concat(members, ',') .. '}'
end

-- Goes on with a new document, so that nobody waits for the old history to be freed.
local function drop_all(length)
  local emptied = KEYS[2] and is_long(length) and emptied_json()
  if not emptied then return keep_first(0) end
  local time_left = redis.call('PTTL', key)
  move_to_trash(key, KEYS[2])
  redis.call('JSON.SET', key, '$', emptied)
  if time_left > 0 then redis.call('EXPIRE', key, integer(math.ceil(time_left / 1000))) end
end

-- The reply, with whether there is something to trim.
local function with_trash(reply)
  if KEYS[2] and reply[1] == 'OK' then reply[6] = has_trash(KEYS[2]) and '1' or '0' end
  return reply
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

-- Where the model's view begins after the write: nil (as before), 'null', or JSON text.
local function new_history_start(state, kept)
  if ARGV[17] == '1' and kept > 0 then
    local id = id_at(integer(kept - 1))
    if not id then return nil, { 'CORRUPT', 'messages' } end
    return '{"index":' .. integer(kept) .. ',"id":' .. id .. '}'
  end
  local start = present(state.history_start)
  if start == nil then return nil end
  local index = type(start) == 'table' and tonumber(start.index) or 0
  return (ARGV[17] == '1' or kept < index) and 'null' or nil
end

local session, refusal = begin_write()
if not session then return with_trash(refusal) end
if not version_holds(session) then return { 'CONFLICT' } end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
local kept = ARGV[14] == 'all' and 0 or math.max(0, length - tonumber(ARGV[14]))
local state = session.state
local start, wrong = new_history_start(state, kept)
if wrong then return wrong end
local entries = entries_from(18)
local metadata = { { 'message_count', integer(kept + #entries) } }
local changed = {}
if kept < length or start then
  -- Never a plain counter: after a failover two masters would reach the same number.
  state.generation = math.max(state.generation + 1, now_us)
  state.changes = changes_json(present(state.changes), state.generation, kept)
  changed = { { 'generation', integer(state.generation) }, { 'changes', state.changes } }
end
if kept == 0 and length > 0 then
  drop_all(length)
elseif kept < length then
  keep_first(kept)
end
if start == 'null' then
  redis.call('JSON.SET', key, '$.state.history_start', 'null')
elseif start then
  state.history_start = start
  changed[#changed + 1] = { 'history_start', start }
end
append_entries(entries, kept)
state.bytes = bytes_after(state, length > 0 and kept / length or 0, entries)
changed[#changed + 1] = { 'bytes', integer(state.bytes) }
if ARGV[16] == '1' then reset_usage(session, metadata) end
if ARGV[15] == '1' then redis.call('JSON.SET', key, '$.operations', '{}') end
return with_trash(finish_write(session, metadata, changed))
