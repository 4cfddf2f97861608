-- Removes a session.
-- Input:
--   KEYS[1] session document   KEYS[2] as deleted-lives.lua
--   KEYS[3] where a long history is moved to
--   ARGV[1] incarnation that the caller has seen, or ''
--   ARGV[2] owner that the session must have if it was not seen, or ''
--   ARGV[3] token of the lock that the writer holds, or ''
--   ARGV[4] name of the call, in hexadecimal: the same when it is sent again
-- Output: OK '' '' '' <'1' for a repeat> <'1' where KEYS[3] is to be trimmed> | those of expectation.lua but CORRUPT
--   | those of lock.lua
--- @include "deleted-lives"
--- @include "expectation"
--- @include "lock"
--- @include "trash"

local function removed(before)
  return { 'OK', '', '', '', before and '1' or '0', has_trash(KEYS[3]) and '1' or '0' }
end

local function history_length()
  local length = redis.call('JSON.ARRLEN', key, '$.messages')
  return type(length) == 'table' and length[1] or nil
end

local outcome = deletion_by(ARGV[4])
if outcome then return outcome == 'deleted' and removed(true) or { 'MISSING' } end
local session, refusal = load_session(ARGV[1], ARGV[2])
-- What is corrupt can still be deleted, as long as nothing particular was expected of it.
local may_delete = session or (refusal[1] == 'CORRUPT' and ARGV[1] == '' and ARGV[2] == '')
if not may_delete then
  -- What was never seen may come later; a life that was seen does not come back.
  if ARGV[1] == '' and refusal[1] ~= 'TYPE' then record_deletion('-', ARGV[4]) end
  return refusal
end
local refused = session and lock_refusal(session, ARGV[3])
if refused then return refused end
-- First, as it goes ahead at the memory limit, and what comes after it then does too.
if is_long(history_length()) then
  move_to_trash(key, KEYS[3])
else
  redis.call('UNLINK', key)
end
record_deletion(session and incarnation_of(session) or '?', ARGV[4])
return removed()
