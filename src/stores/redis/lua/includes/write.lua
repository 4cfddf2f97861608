-- What every write has in common: checks before it, state, counters, time and expiry after it.
--   KEYS[4] as projection.lua
--   ARGV[1] incarnation that the caller has seen, or ''
--   ARGV[2] owner that the session must have if it was not seen, or ''
--   ARGV[3] writer id
--   ARGV[4] sequence number of the write
--   ARGV[5] incarnation for a session that has none yet
--   ARGV[6] ttl in seconds to set, or ''
--   ARGV[7] '1' where the server has JSON.MERGE, '0' where it has not, '?' where that is not known
--   ARGV[8] digest of the caller's operation id, or ''   ARGV[9] digest of what the operation does
--   ARGV[10] what a run did, as run-record.lua takes it, or ''
--   ARGV[11] token of the lock that the writer holds, or ''
-- Replies: OK <incarnation> <time> <ARGV[7] as it is known now> <'1' for a repeat>
--   <'1' where something is to be trimmed> <bytes that the entries take> | GAP <incarnation, or ''>
--   | SCHEMA <number>
--   | SEEN <incarnation> <time> (the operation was applied before; the write takes no number)
--   | OPERATION (it did something else before)
--   | those of expectation.lua and lock.lua
--- @include "change-fields"
--- @include "clock"
--- @include "document"
--- @include "expectation"
--- @include "lock"
--- @include "operations"
--- @include "projection"
--- @include "run-record"
--- @include "writers"

local writer, sequence = ARGV[3], tonumber(ARGV[4])
local new_ttl = tonumber(ARGV[6])
local operation, digest = ARGV[8], ARGV[9]
local token = ARGV[11]

-- With a time: that of the same write when it came before.
local function done(session, time)
  local bytes = session.state and tonumber(session.state.bytes) or 0
  return {
    'OK', incarnation_of(session), time or now, merge_state(), time and '1' or '0', '0', integer(bytes),
  }
end

-- For a call that created the session and is sent again after somebody has deleted it.
local function deleted_since()
  return { 'OK', ARGV[5], now, merge_state(), '1' }
end

local function schema_refusal(session)
  return { 'SCHEMA', integer(session.newer_schema) }
end

-- Gives the session to write to, or nil and the reply to send.
local function begin_write()
  local session, refusal = load_session(ARGV[1], ARGV[2])
  if not session then return nil, refusal end
  if session.newer_schema then return nil, schema_refusal(session) end
  if not session.state then
    session.adopted = true
    session.state = { schema = SCHEMA, incarnation = ARGV[5], generation = 0, writers = '' }
  end
  local state = session.state
  local seen, time = recognise(state.writers, writer, sequence)
  if seen == 'repeat' then return nil, done(session, time) end
  if operation ~= '' then
    local known, first_time = recognise_operation(operation, digest)
    if known == 'repeat' then return nil, { 'SEEN', state.incarnation, first_time } end
    if known == 'mismatch' then return nil, { 'OPERATION' } end
  end
  if seen == 'gap' then return nil, { 'GAP', session.adopted and '' or state.incarnation } end
  local wrong = lock_refusal(session, token) or wrong_for_record(session)
  if wrong then return nil, wrong end
  state.ttl = new_ttl or present(state.ttl)
  state.writers = record_write(state.writers, writer, sequence)
  return session
end

local function adopt(session)
  redis.call('JSON.SET', key, '$.state', state_json(session.state))
  for _, field in ipairs({ 'operations', 'attributes', 'usage' }) do
    redis.call('JSON.SET', key, '$.' .. field, '{}', 'NX')
  end
end

local function expire(session)
  local ttl = session.state.ttl
  if ttl then redis.call('EXPIRE', key, integer(ttl)) end
end

-- What a document that has none gets.
local function new_state()
  return { incarnation = ARGV[5], ttl = new_ttl, generation = 0, writers = '' }
end

-- Starts the time to live again, and nothing else.
local function keep_alive(session)
  local state = session.state
  if new_ttl and not state then
    session.state = new_state()
    adopt(session)
  elseif new_ttl then
    redis.call('JSON.SET', key, '$.state.ttl', integer(new_ttl))
    state.ttl = new_ttl
  end
  if session.state and present(session.state.ttl) then
    expire(session)
    project()
  end
end

local function usage_group(session)
  return { name = 'usage', fields = usage_fields(session.usage or {}, not has_merge) }
end

-- metadata and state are lists of { field, JSON text }; no text may be null, which would delete.
local function finish_write(session, metadata, state)
  local groups = { { name = 'metadata', fields = metadata } }
  apply_record(session, metadata)
  if session.adopted then
    adopt(session)
  else
    state[#state + 1] = { 'writers', '"' .. session.state.writers .. '"' }
    if new_ttl then state[#state + 1] = { 'ttl', integer(new_ttl) } end
    groups[2] = { name = 'state', fields = state }
  end
  if operation ~= '' then record_operation(operation, digest) end
  if has_usage() then
    if not session.usage then redis.call('JSON.SET', key, '$.usage', '{}') end
    groups[#groups + 1] = usage_group(session)
  end
  change_fields(groups, function()
    if has_usage() then groups[#groups] = usage_group(session) end
  end)
  expire(session)
  project()
  return done(session)
end
