-- Loads what a write must know of the document and checks what the caller expects of it.
--   load_session(incarnation, user)
--     incarnation  the life that the caller has seen, or ''
--     user         the owner that it must have if the caller has not seen it, or ''
--   gives the session, or nil and the reply to send:
--     MISSING | TYPE <type> | CORRUPT <field> | REPLACED | FORBIDDEN

local SCHEMA = 1
local key = KEYS[1]

-- JSON null is a userdata in cjson.
local function present(value)
  if value == cjson.null then return nil end
  return value
end

local function is_ttl(ttl)
  return ttl == nil or (type(ttl) == 'number' and ttl >= 1 and ttl < 2147483648 and ttl % 1 == 0)
end

-- Everything that a write goes on to use is checked here: Redis does not roll a script back.
local function is_state(state)
  return type(state) == 'table'
    and type(state.schema) == 'number'
    and type(state.incarnation) == 'string'
    and type(state.generation) == 'number'
    and type(state.writers) == 'string'
    and not string.find(state.writers, '[%z\1-\31"\\]')
    and is_ttl(present(state.ttl))
end

-- cjson reads an empty object as it reads an empty array.
local function is_array(value)
  return type(value) == 'table' and (next(value) == nil or #value > 0)
end

local function wrong_field(fields)
  local metadata, user_id = fields.metadata, present(fields.user_id)
  if user_id ~= nil and type(user_id) ~= 'string' then return 'user_id' end
  if type(fields.created_at) ~= 'number' then return 'created_at' end
  if type(metadata) ~= 'table'
      or type(metadata.message_count) ~= 'number'
      or type(metadata.total_tokens) ~= 'number'
      or not is_array(metadata.agents_used) then
    return 'metadata'
  end
  if fields.state ~= nil and not fields.newer and not is_state(fields.state) then return 'state' end
  return nil
end

-- The state of a newer schema may have any shape, and is never written; only who it is and who may delete it counts.
local function readable_state(state, newer)
  if not newer then return state end
  if type(state.incarnation) ~= 'string' then return nil end
  return { incarnation = state.incarnation, lock = state.lock }
end

local function read_session()
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then
    -- Fails where the server has no JSON commands, which looks like having no sessions.
    redis.call('JSON.TYPE', key)
    return nil, { 'MISSING' }
  end
  if kind ~= 'ReJSON-RL' then return nil, { 'TYPE', kind } end
  local found = cjson.decode(
    redis.call('JSON.GET', key, '$.state', '$.metadata', '$.created_at', '$.user_id'))
  local state = present(found['$.state'][1])
  local schema = type(state) == 'table' and tonumber(present(state.schema)) or nil
  local fields = {
    created_at = found['$.created_at'][1],
    user_id = found['$.user_id'][1],
    metadata = found['$.metadata'][1],
    state = state,
    newer = schema and schema > SCHEMA,
  }
  local wrong = wrong_field(fields)
  if wrong then return nil, { 'CORRUPT', wrong } end
  return {
    created_at = fields.created_at,
    user_id = present(fields.user_id),
    tokens = fields.metadata.total_tokens,
    agents_used = fields.metadata.agents_used,
    state = readable_state(state, fields.newer),
    newer_schema = fields.newer and schema or nil,
  }
end

local function incarnation_of(session)
  if session.state then return session.state.incarnation end
  return 'created:' .. string.format('%.17g', session.created_at)
end

-- A document of the Python class is known by its creation time until our first write to it.
local function is_same_life(session, incarnation)
  local created_at = string.match(incarnation, '^created:(.+)$')
  if created_at then return tonumber(created_at) == session.created_at end
  return session.state ~= nil and session.state.incarnation == incarnation
end

local function load_session(incarnation, user)
  local session, refusal = read_session()
  if not session then return nil, refusal end
  if incarnation ~= '' then
    if not is_same_life(session, incarnation) then return nil, { 'REPLACED' } end
  elseif user ~= '' and session.user_id ~= user then
    return nil, { 'FORBIDDEN' }
  end
  return session
end
