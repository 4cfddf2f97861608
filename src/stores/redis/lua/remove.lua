-- Removes a session.
-- Input:
--   KEYS[1] session document
--   ARGV[1] incarnation that the caller has seen, or ''
--   ARGV[2] owner that the session must have if it was not seen, or ''
-- Output: OK '' '' '' | those of expectation.lua but CORRUPT
--- @include "expectation"

local session, refusal = load_session(ARGV[1], ARGV[2])
-- What is corrupt can still be deleted, as long as nothing particular was expected of it.
local may_delete = session or (refusal[1] == 'CORRUPT' and ARGV[1] == '' and ARGV[2] == '')
if not may_delete then return refusal end
redis.call('UNLINK', key)
return { 'OK', '', '', '' }
