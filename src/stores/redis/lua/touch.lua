-- Starts the session's time to live again.
-- Input: KEYS[1] session document; ARGV[1..11] as write.lua. Locked or not: it is nobody's turn.
-- Output: that of write.lua
--- @include "write"

local session, refusal = load_session(ARGV[1], ARGV[2])
if not session then return refusal end
if session.newer_schema then return schema_refusal(session) end
keep_alive(session)
return done(session)
