-- Reads what a document holds beside the fields that are known here, and how long it still lives.
-- Input: KEYS[1] session document; ARGV names of the fields that are known
-- Output: nil | OTHERS <incarnation as JSON, or ''> <milliseconds that it lives, or -1> then, of each field
--   that is not known, its name and its value as JSON | NAME (one has a name that is no word)
local key = KEYS[1]
if redis.call('TYPE', key).ok ~= 'ReJSON-RL' then return nil end

local known = {}
for _, name in ipairs(ARGV) do known[name] = true end
local incarnation = string.match(redis.call('JSON.GET', key, '$.state.incarnation'), '^%[(".*")%]$')
local reply = { 'OTHERS', incarnation or '', tostring(redis.call('PTTL', key)) }
for _, name in ipairs(redis.call('JSON.OBJKEYS', key, '$')[1]) do
  if not known[name] then
    if not string.find(name, '^[%w_-]+$') then return { 'NAME' } end
    reply[#reply + 1] = name
    reply[#reply + 1] = string.sub(redis.call('JSON.GET', key, '$["' .. name .. '"]'), 2, -2)
  end
end
return reply
