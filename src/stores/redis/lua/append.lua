-- Adds entries, which may be none, and changes the head; creates the session if asked to.
-- Input:
--   KEYS[1] session document   KEYS[2] as deleted-lives.lua, where the session may be created
--   KEYS[4] as projection.lua
--   ARGV[1..11] as write.lua
--   ARGV[12] session id as JSON, or '' to create nothing   ARGV[13] user id as JSON
--   ARGV[14] handoff context as JSON, or ''
--   ARGV[15] merge patch for the attributes, or ''
--   ARGV[16] without a patch: attributes as JSON.GET printed them before, or ''
--   ARGV[17] attributes to set: after ARGV[16], or in a new session
--   ARGV[18] as kept-by-others.lua, where the session may be created
--   ARGV[19..] entries as entries.lua
-- Output: that of write.lua, as telling_of_words gives it where it has created the session | CONFLICT (the attributes have changed, or there is no JSON.MERGE)
--- @include "projection"
--- @include "quick-append"

local reply, unfinished = quick_append()
if reply then return reply end

--- @include "deleted-lives"
--- @include "entries"
--- @include "kept-by-others"
--- @include "write"

local NO_ATTRIBUTES = '[{}]'
local handoff = ARGV[14]
local patch, attributes_before, attributes = ARGV[15], ARGV[16], ARGV[17]

local entries = entries_from(19)
local kept = kept_by_others(ARGV[18])

local function create()
  -- A number that an earlier life knew cannot begin another one: it may be a late resend.
  if sequence ~= 1 then return { 'GAP', '' } end
  if attributes_before ~= '' and attributes_before ~= NO_ATTRIBUTES then return { 'CONFLICT' } end
  local session = {
    state = {
      incarnation = ARGV[5],
      ttl = new_ttl,
      generation = 0,
      writers = record_write('', writer, sequence),
      bytes = bytes_after({}, 0, entries),
    },
  }
  local current = record and present(record.current)
  redis.call('JSON.SET', key, '$', document_json({
    session_id = ARGV[12],
    user_id = ARGV[13],
    agent = current and cjson.encode(current) or nil,
    agents = new_agents(),
    handoff = handoff ~= '' and handoff or nil,
    attributes = attributes ~= '' and attributes or nil,
    entries = entries,
    tokens = record and record.tokens or 0,
    operations = operation ~= '' and '{"' .. operation .. '":' .. operation_json(digest) .. '}' or nil,
    state = session.state,
    usage = new_usage_json(),
  }))
  expire(session)
  forget_projection(kept)
  project()
  return telling_of_words(kept, done(session))
end

-- The first of the writes, so that one which fails leaves everything as it was.
local function set_attributes()
  if patch ~= '' then
    local reply = redis.pcall('JSON.MERGE', key, '$', '{"attributes":' .. patch .. '}')
    return type(reply) ~= 'table' or not reply.err
  end
  if attributes_before == '' then return true end
  local current = redis.call('JSON.GET', key, '$.attributes')
  if current == '[]' then current = NO_ATTRIBUTES end
  if current ~= attributes_before then return false end
  redis.call('JSON.SET', key, '$.attributes', attributes)
  return true
end

if unfinished then
  has_merge = false
  local metadata = { { 'message_count', integer(unfinished.length) } }
  return finish_write(unfinished, metadata, { { 'bytes', integer(unfinished.state.bytes) } })
end

-- Whatever stands there now: it is another life, which the call has not seen.
if ARGV[12] ~= '' and sequence == 1 and was_deleted(ARGV[5]) then return deleted_since() end
local session, refusal = begin_write()
if not session then
  if refusal[1] == 'MISSING' and ARGV[12] ~= '' then
    -- The lock that the writer holds is gone with the session.
    return token == '' and create() or LOST
  end
  -- A repeat can be that of the creation.
  return refusal[1] == 'OK' and telling_of_words(kept, refusal) or refusal
end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
if not set_attributes() then return { 'CONFLICT' } end
length = append_entries(entries, length)
if handoff ~= '' then redis.call('JSON.SET', key, '$.handoff_context', handoff) end
session.state.bytes = bytes_after(session.state, 1, entries)
local changed = { { 'bytes', integer(session.state.bytes) } }
return finish_write(session, { { 'message_count', integer(length) } }, changed)
