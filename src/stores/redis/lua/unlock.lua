-- Gives the lock of a session back. One that is over, or that somebody else has by now, stays as it is.
-- Input: KEYS[1] session document; ARGV[1..11] as write.lua; ARGV[11] is the lock's token
-- Output: that of write.lua
--- @include "write"

local session, refusal = load_session(ARGV[1], ARGV[2])
if not session then return refusal end
if session.newer_schema then return schema_refusal(session) end
if not lock_refusal(session, token) then
  redis.call('JSON.SET', key, '$.state.lock', 'null')
  keep_alive(session)
end
return done(session)
