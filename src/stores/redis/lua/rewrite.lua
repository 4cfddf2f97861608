-- Drops entries from the end of the history, appends others in their place, and can move the start of
-- the model's view; or drops entries from its start.
-- Input:
--   KEYS[1] session document   KEYS[2] not used
--   KEYS[3] where a long history that is dropped whole is moved to; else the session's key, or left out
--   KEYS[4] as projection.lua
--   ARGV[1..11] as write.lua
--   ARGV[12] generation that must still hold, or ''
--   ARGV[13] id of the newest entry, with it; '' where that value has none
--   ARGV[14] number of entries to drop, or 'all'
--   ARGV[15] '1' to forget operation ids   ARGV[16] '1' to set the tokens spent and the usage to 0
--   ARGV[17] '1' to begin the model's view behind the entries that are kept
--   ARGV[18] number of entries to drop from the start, or '0'; then ARGV[14] is '0', and nothing is appended
--   ARGV[19] as kept-by-others.lua
--   ARGV[20..] entries to append, as entries.lua takes them
-- Output: that of write.lua, followed by '1' where KEYS[3] is to be trimmed, as telling_of_words gives it | CONFLICT
--- @include "changes"
--- @include "entries"
--- @include "kept-by-others"
--- @include "trash"
--- @include "write"

local trash = KEYS[3] ~= key and KEYS[3] or nil
local FIELDS = {
  'session_id', 'user_id', 'created_at', 'updated_at', 'metadata', 'messages', 'handoff_context', 'state',
  'operations', 'attributes', 'usage', 'fork', 'import',
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
  local emptied = trash and is_long(length) and emptied_json()
  if not emptied then return keep_first(0) end
  local time_left = redis.call('PTTL', key)
  move_to_trash(key, trash)
  redis.call('JSON.SET', key, '$', emptied)
  if time_left > 0 then redis.call('EXPIRE', key, integer(math.ceil(time_left / 1000))) end
end

-- The reply, with whether there is something to trim, or words of messages that are gone.
local function telling_of_rest(reply)
  if reply[1] ~= 'OK' then return reply end
  if trash then reply[6] = has_trash(trash) and '1' or '0' end
  return telling_of_words(kept_by_others(ARGV[19]), reply)
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

-- The view begins where it did, which has another number now.
local function moved_history_start(state, oldest)
  local start = present(state.history_start)
  local index = type(start) == 'table' and tonumber(start.index)
  if not index then return nil end
  local id = index > oldest and id_at(integer(index - 1))
  if not id then return 'null' end
  return '{"index":' .. integer(index - oldest) .. ',"id":' .. id .. '}'
end

-- Drops the oldest entries and gives what has changed of the state.
local function drop_oldest(state, oldest, length)
  local start = moved_history_start(state, oldest)
  local changed = new_generation(state, 0)
  if oldest < length then
    redis.call('JSON.ARRTRIM', key, '$.messages', oldest, -1)
  else
    keep_first(0)
  end
  if start == 'null' then
    redis.call('JSON.SET', key, '$.state.history_start', 'null')
  elseif start then
    state.history_start = start
    changed[#changed + 1] = { 'history_start', start }
  end
  state.bytes = bytes_after(state, 1 - oldest / length, {})
  changed[#changed + 1] = { 'bytes', integer(state.bytes) }
  return changed
end

local session, refusal = begin_write()
if not session then return telling_of_rest(refusal) end
if not version_holds(session) then return { 'CONFLICT' } end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
local oldest = math.min(length, tonumber(ARGV[18]))
if oldest > 0 then
  local changed = drop_oldest(session.state, oldest, length)
  return telling_of_rest(finish_write(session, { { 'message_count', integer(length - oldest) } }, changed))
end
local kept = ARGV[14] == 'all' and 0 or math.max(0, length - tonumber(ARGV[14]))
local state = session.state
local start, wrong = new_history_start(state, kept)
if wrong then return wrong end
local entries = entries_from(20)
local metadata = { { 'message_count', integer(kept + #entries) } }
local changed = {}
if kept < length or start then
  changed = new_generation(state, kept)
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
return telling_of_rest(finish_write(session, metadata, changed))
