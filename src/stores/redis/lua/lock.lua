-- Takes the lock of a session, creating the session if asked to, or keeps it.
-- Input:
--   KEYS[1] session document   KEYS[2] as deleted-lives.lua, where the session may be created
--   KEYS[4] as projection.lua
--   ARGV[1..11] as write.lua; ARGV[11] is the lock's token
--   ARGV[12] how long it lives from now on, in milliseconds
--   ARGV[13] '1' to keep a lock that is live, and take none
--   ARGV[14] session id as JSON, or '' to create nothing   ARGV[15] user id as JSON
--   ARGV[16] as kept-by-others.lua, where the session may be created
-- Output: that of write.lua, as telling_of_words gives it where it was created
--- @include "deleted-lives"
--- @include "kept-by-others"
--- @include "write"

local lock_json = '{"token":' .. cjson.encode(token)
  .. ',"until":' .. string.format('%.6f', now_us / 1000000 + ARGV[12] / 1000) .. '}'

local function create()
  if was_deleted(ARGV[5]) then return deleted_since() end
  local session = {
    state = {
      incarnation = ARGV[5],
      ttl = new_ttl,
      generation = 0,
      writers = '',
      lock_json = lock_json,
    },
  }
  redis.call('JSON.SET', key, '$', document_json({
    session_id = ARGV[14],
    user_id = ARGV[15],
    entries = {},
    tokens = 0,
    state = session.state,
  }))
  expire(session)
  local kept = kept_by_others(ARGV[16])
  forget_projection(kept)
  project()
  return telling_of_words(kept, done(session))
end

local function refusal_of(session)
  if session.newer_schema then return schema_refusal(session) end
  if ARGV[13] == '1' then return lock_refusal(session, token) end
  local lock, left = live_lock(session)
  -- A lock that is mine already was taken by the same call, which was sent twice.
  return lock and lock.token ~= token and locked(left) or nil
end

local session, refusal = load_session(ARGV[1], ARGV[2])
if not session then
  if refusal[1] == 'MISSING' and ARGV[14] ~= '' then return create() end
  return refusal
end
refusal = refusal_of(session)
if refusal then return refusal end
keep_alive(session)
if not session.state then
  session.state = new_state()
  adopt(session)
end
redis.call('JSON.SET', key, '$.state.lock', lock_json)
return done(session)
