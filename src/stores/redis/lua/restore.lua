-- Makes a session of a document that stage.lua has put together.
-- Input:
--   KEYS[1] session document   KEYS[2] as deleted-lives.lua
--   KEYS[3] where a long history that it replaces is moved to   KEYS[4] as projection.lua
--   KEYS[5] where the document was put together
--   ARGV[1] incarnation of the document   ARGV[2] number of its messages
--   ARGV[3] seconds after which it expires, or ''
--   ARGV[4] incarnation of the session that it may replace, or ''
--   ARGV[5] '1' where the session begins now   ARGV[6] '1' where it is a fork that does
--   ARGV[7] as kept-by-others.lua
-- Output: OK <incarnation> <time> '' <'1' for a repeat> <'1' where KEYS[3] is to be trimmed>,
--   as telling_of_words gives it
--   | EXISTS | TYPE <type> | LOCKED as lock.lua | UNSTAGED (the document is not there as it should be)
--- @include "clock"
--- @include "deleted-lives"
--- @include "expectation"
--- @include "kept-by-others"
--- @include "lock"
--- @include "projection"
--- @include "trash"

local staged = KEYS[5]
local kept = kept_by_others(ARGV[7])

local function restored(time, before)
  return telling_of_words(kept,
    { 'OK', ARGV[1], time, '', before and '1' or '0', has_trash(KEYS[3]) and '1' or '0' })
end

local function is_staged()
  if redis.call('TYPE', staged).ok ~= 'ReJSON-RL' then return false end
  return redis.call('JSON.ARRLEN', staged, '$.messages')[1] == tonumber(ARGV[2])
end

-- Gives nil where the document may stand at the key, or the reply to send.
local function refusal_of(session, refusal)
  if refusal then
    if refusal[1] == 'MISSING' then return nil end
    return refusal[1] == 'TYPE' and refusal or { 'EXISTS' }
  end
  if ARGV[4] == '' or not is_same_life(session, ARGV[4]) then return { 'EXISTS' } end
  return lock_refusal(session, '')
end

local function stamp()
  redis.call('JSON.SET', staged, '$.created_at', now)
  redis.call('JSON.SET', staged, '$.updated_at', now)
  if ARGV[6] == '1' then redis.call('JSON.SET', staged, '$.fork.time', now) end
end

local function remove(session)
  if is_long(redis.call('JSON.ARRLEN', key, '$.messages')[1]) then
    move_to_trash(key, KEYS[3])
  else
    redis.call('UNLINK', key)
  end
  record_deletion(incarnation_of(session), ARGV[1])
end

local session, missing = read_session()
if session and session.state and session.state.incarnation == ARGV[1] then
  redis.call('UNLINK', staged)
  return restored(string.format('%.6f', session.created_at), true)
end
-- As in create.lua.
if was_deleted(ARGV[1]) then return restored(now, true) end
local refused = refusal_of(session, missing)
if refused then return refused end
if not is_staged() then return { 'UNSTAGED' } end

-- First what can be refused: the rest goes ahead at the memory limit.
if ARGV[5] == '1' then stamp() end
if ARGV[3] == '' then
  redis.call('PERSIST', staged)
else
  redis.call('EXPIRE', staged, ARGV[3])
end
if session then remove(session) end
redis.call('RENAME', staged, key)
forget_projection(kept)
project()
return restored(now)
