-- Reads everything of a document but its messages, and their number, at one moment.
-- Input: KEYS[1] session document; ARGV paths
-- Output: nil | TYPE <type> | HEAD <number of messages, or '' where they are no array> <JSON>
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then
  -- Fails where the server has no JSON commands, which looks like having no sessions.
  redis.call('JSON.TYPE', KEYS[1])
  return nil
end
if kind ~= 'ReJSON-RL' then return { 'TYPE', kind } end
local length = redis.call('JSON.ARRLEN', KEYS[1], '$.messages')[1]
return { 'HEAD', length and tostring(length) or '', redis.call('JSON.GET', KEYS[1], unpack(ARGV)) }
