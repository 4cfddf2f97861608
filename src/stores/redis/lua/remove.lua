-- Removes a session.
-- Input:
--   KEYS[1] session document   KEYS[2] as deleted-lives.lua
--   KEYS[3] where a long history is moved to   KEYS[4] as projection.lua
--   ARGV[1] incarnation that the caller has seen, or ''
--   ARGV[2] owner that the session must have if it was not seen, or ''
--   ARGV[3] token of the lock that the writer holds, or ''
--   ARGV[4] name of the call, in hexadecimal: the same when it is sent again
--   ARGV[5] as kept-by-others.lua
-- Output: OK '' '' '' <'1' for a repeat> <'1' where KEYS[3] is to be trimmed> | those of expectation.lua but CORRUPT
--   | those of lock.lua; OK and MISSING as telling_of_words gives them
--- @include "deleted-lives"
--- @include "expectation"
--- @include "kept-by-others"
--- @include "lock"
--- @include "projection"
--- @include "trash"

local kept = kept_by_others(ARGV[5])

local function removed(before)
  return telling_of_words(kept,
    { 'OK', '', '', '', before and '1' or '0', has_trash(KEYS[3]) and '1' or '0' })
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
  if refusal[1] ~= 'MISSING' then return refusal end
  -- Its time was up, or a program that knows of nothing else has deleted it.
  forget_projection(kept)
  return telling_of_words(kept, refusal)
end
local refused = session and lock_refusal(session, ARGV[3])
if refused then return refused end
-- First, as it goes ahead at the memory limit, and what comes after it then does too.
if is_long(history_length()) then
  move_to_trash(key, KEYS[3])
else
  redis.call('UNLINK', key)
end
unproject()
forget_projection(kept)
record_deletion(session and incarnation_of(session) or '?', ARGV[4])
return removed()
