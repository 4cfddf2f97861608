-- Creates a session.
-- Input:
--   KEYS[1] session document   KEYS[2] as deleted-lives.lua   KEYS[4] as projection.lua
--   ARGV[1] incarnation   ARGV[2] ttl in seconds or ''
--   ARGV[3] session id as JSON   ARGV[4] user id as JSON   ARGV[5] as kept-by-others.lua
-- Output: OK <incarnation> <time>, as telling_of_words gives it | EXISTS | TYPE <type>
--- @include "deleted-lives"
--- @include "document"
--- @include "expectation"
--- @include "kept-by-others"
--- @include "projection"

local kept = kept_by_others(ARGV[5])
local session, refusal = read_session()
if session and session.state and session.state.incarnation == ARGV[1] then
  return telling_of_words(kept, { 'OK', ARGV[1], string.format('%.6f', session.created_at), '' })
end
-- It was created by this call, which was sent twice, and somebody has deleted it since; what stands
-- there now is another one.
if was_deleted(ARGV[1]) then return { 'OK', ARGV[1], now, '' } end
if refusal and refusal[1] == 'TYPE' then return refusal end
if not refusal or refusal[1] ~= 'MISSING' then return { 'EXISTS' } end

redis.call('JSON.SET', key, '$', document_json({
  session_id = ARGV[3],
  user_id = ARGV[4],
  entries = {},
  tokens = 0,
  state = { incarnation = ARGV[1], ttl = tonumber(ARGV[2]), generation = 0, writers = '' },
}))
if ARGV[2] ~= '' then redis.call('EXPIRE', key, ARGV[2]) end
forget_projection(kept)
project()
return telling_of_words(kept, { 'OK', ARGV[1], now, '' })
