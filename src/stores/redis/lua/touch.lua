-- Starts the session's time to live again.
-- Input: KEYS[1] session document; ARGV[1..7] as write.lua
-- Output: that of write.lua
--- @include "write"

local session, refusal = load_session(ARGV[1], ARGV[2])
if not session then return refusal end
if session.newer_schema then return schema_refusal(session) end
local state = session.state
if new_ttl then
  if state then
    redis.call('JSON.SET', key, '$.state.ttl', integer(new_ttl))
    state.ttl = new_ttl
  else
    session.state = { incarnation = ARGV[5], ttl = new_ttl, generation = 0, writers = '' }
    adopt(session)
  end
end
if session.state and present(session.state.ttl) then expire(session) end
return done(session)
