-- Adds entries, which may be none, and changes the head; creates the session if asked to.
-- Input:
--   KEYS[1] session document
--   ARGV[1..9] as write.lua
--   ARGV[10] session id as JSON, or '' to create nothing   ARGV[11] user id as JSON
--   ARGV[12] tokens to add
--   ARGV[13] current agent as JSON, or ''
--   ARGV[14] handoff context as JSON, or ''
--   ARGV[15] merge patch for the attributes, or ''
--   ARGV[16] without a patch: attributes as JSON.GET printed them before, or ''
--   ARGV[17] attributes to set: after ARGV[16], or in a new session
--   ARGV[18..] entries as JSON objects without timestamp
-- Output: that of write.lua | CONFLICT (the attributes have changed, or there is no JSON.MERGE)
--- @include "entries"
--- @include "write"

local NO_ATTRIBUTES = '[{}]'
local tokens, agent, handoff = tonumber(ARGV[12]), ARGV[13], ARGV[14]
local patch, attributes_before, attributes = ARGV[15], ARGV[16], ARGV[17]

local entries = entries_from(18)

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
    session_id = ARGV[10],
    user_id = ARGV[11],
    agent = agent ~= '' and agent or nil,
    handoff = handoff ~= '' and handoff or nil,
    attributes = attributes ~= '' and attributes or nil,
    entries = entries,
    tokens = tokens,
    operations = operation ~= '' and '{"' .. operation .. '":' .. operation_json(digest) .. '}' or nil,
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

local session, refusal = begin_write()
if not session then
  if refusal[1] == 'MISSING' and ARGV[10] ~= '' then return create() end
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
length = append_entries(entries, length)
if agent_index == -1 then redis.call('JSON.ARRAPPEND', key, '$.metadata.agents_used', agent) end
if handoff ~= '' then redis.call('JSON.SET', key, '$.handoff_context', handoff) end
local metadata = { { 'message_count', integer(length) } }
if tokens > 0 then
  metadata[2] = { 'total_tokens', integer(session.tokens + tokens) }
end
if agent ~= '' then metadata[#metadata + 1] = { 'current_agent', agent } end
return finish_write(session, metadata, {})
