-- Removes a session.
-- Input:
--   KEYS[1] session document
--   ARGV[1] incarnation that the caller has seen, or ''
--   ARGV[2] owner that the session must have if it was not seen, or ''
--   ARGV[3] token of the lock that the writer holds, or ''
-- Output: OK '' '' '' | those of expectation.lua but CORRUPT | those of lock.lua
--- @include "expectation"
--- @include "lock"

local session, refusal = load_session(ARGV[1], ARGV[2])
-- What is corrupt can still be deleted, as long as nothing particular was expected of it.
local may_delete = session or (refusal[1] == 'CORRUPT' and ARGV[1] == '' and ARGV[2] == '')
if not may_delete then return refusal end
local refused = session and lock_refusal(session, ARGV[3])
if refused then return refused end
redis.call('UNLINK', key)
return { 'OK', '', '', '' }
