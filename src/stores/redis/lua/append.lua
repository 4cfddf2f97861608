-- Adds entries, which may be none, and changes the head; creates the session if asked to.
-- Input:
--   KEYS[1] session document
--   ARGV[1..7] as write.lua
--   ARGV[8] session id as JSON, or '' to create nothing   ARGV[9] user id as JSON
--   ARGV[10] tokens to add
--   ARGV[11] current agent as JSON, or ''
--   ARGV[12] handoff context as JSON, or ''
--   ARGV[13] merge patch for the attributes, or ''
--   ARGV[14] without a patch: attributes as JSON.GET printed them before, or ''
--   ARGV[15] attributes to set: after ARGV[14], or in a new session
--   ARGV[16..] entries as JSON objects without timestamp
-- Output: that of write.lua | CONFLICT (the attributes have changed, or there is no JSON.MERGE)
--- @include "write"

local NO_ATTRIBUTES = '[{}]'
-- unpack() fails somewhere below 8,000 values.
local BATCH = 4000
local tokens, agent, handoff = tonumber(ARGV[10]), ARGV[11], ARGV[12]
local patch, attributes_before, attributes = ARGV[13], ARGV[14], ARGV[15]

local entries = {}
for index = 16, #ARGV do
  entries[#entries + 1] = string.sub(ARGV[index], 1, -2) .. ',"timestamp":' .. now .. '}'
end

local function create()
  if attributes_before ~= '' and attributes_before ~= NO_ATTRIBUTES then return { 'CONFLICT' } end
  local session = {
    state = {
      incarnation = ARGV[5],
      ttl = new_ttl,
      generation = 0,
      writers = record_write('', writer, sequence),
    },
  }
  redis.call('JSON.SET', key, '$', document_json({
    session_id = ARGV[8],
    user_id = ARGV[9],
    agent = agent ~= '' and agent or nil,
    handoff = handoff ~= '' and handoff or nil,
    attributes = attributes ~= '' and attributes or nil,
    entries = entries,
    tokens = tokens,
    state = session.state,
  }))
  expire(session)
  return done(session)
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

-- Gives the new number of entries.
local function append_entries(length)
  for first = 1, #entries, BATCH do
    local last = math.min(first + BATCH - 1, #entries)
    length = redis.call('JSON.ARRAPPEND', key, '$.messages', unpack(entries, first, last))[1]
  end
  return length
end

local session, refusal = begin_write()
if not session then
  if refusal[1] == 'MISSING' and ARGV[8] ~= '' then return create() end
  return refusal
end
local agent_index = nil
if agent ~= '' then
  agent_index = redis.call('JSON.ARRINDEX', key, '$.metadata.agents_used', agent)[1]
  if not agent_index then return { 'CORRUPT', 'metadata' } end
end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
if not set_attributes() then return { 'CONFLICT' } end
length = append_entries(length)
if agent_index == -1 then redis.call('JSON.ARRAPPEND', key, '$.metadata.agents_used', agent) end
if handoff ~= '' then redis.call('JSON.SET', key, '$.handoff_context', handoff) end
local metadata = { { 'message_count', integer(length) } }
if tokens > 0 then
  metadata[2] = { 'total_tokens', integer(session.tokens + tokens) }
end
if agent ~= '' then metadata[#metadata + 1] = { 'current_agent', agent } end
return finish_write(session, metadata, {})
