-- Loads what a write must know of the document and checks what the caller expects of it.
--   load_session(incarnation, user)
--     incarnation  the life that the caller has seen, or ''
--     user         the owner that it must have if the caller has not seen it, or ''
--   gives the session, or nil and the reply to send:
--     MISSING | TYPE <type> | CORRUPT <field> | REPLACED | FORBIDDEN

local key = KEYS[1]

-- JSON null is a userdata in cjson.
local function present(value)
  if value == cjson.null then return nil end
  return value
end

-- Everything that a write goes on to use is checked here: Redis does not roll a script back.
local function is_state(state)
  return type(state) == 'table'
    and type(state.schema) == 'number'
    and type(state.incarnation) == 'string'
    and type(state.generation) == 'number'
    and type(state.writers) == 'string'
    and not string.find(state.writers, '[^%w_:;.-]')
    and (present(state.ttl) == nil or type(state.ttl) == 'number')
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
  local state, metadata = found['$.state'][1], found['$.metadata'][1]
  if type(found['$.created_at'][1]) ~= 'number' then return nil, { 'CORRUPT', 'created_at' } end
  if type(metadata) ~= 'table' then return nil, { 'CORRUPT', 'metadata' } end
  if type(metadata.message_count) ~= 'number' then
    return nil, { 'CORRUPT', 'metadata.message_count' }
  end
  if type(metadata.total_tokens) ~= 'number' then
    return nil, { 'CORRUPT', 'metadata.total_tokens' }
  end
  if state ~= nil and not is_state(state) then return nil, { 'CORRUPT', 'state' } end
  return {
    created_at = found['$.created_at'][1],
    user_id = present(found['$.user_id'][1]),
    tokens = metadata.total_tokens,
    state = state,
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
