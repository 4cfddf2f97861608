-- Brings what the messages of a session are found by one step nearer to the document: a hash for each
-- message at <KEYS[2]>:<position>, and at KEYS[2] how far that goes. What has changed in the document is
-- removed first, from the end on; then rows are added. They live twice as long as the session would now, so
-- that not every write has to renew all of them.
-- Input:
--   KEYS[1] session document   KEYS[2] a key beside it
--   ARGV[1] most hashes that one step writes or removes
--   ARGV[2] 'anew' to remove all of them first; 'forget' to remove only, what is of the document no more; or ''
--   ARGV[3] rows as JSON, for the messages that come next: id, role, digest of the agent, words
--   ARGV[4] version that the rows are of, as BEHIND gave it; or '' for messages that have just been appended
-- Output: KNOWN (all is taken in, or nothing ever was) | MORE (there is more to do)
--   | BEHIND <how many messages are taken in> <version> (rows of those behind them are needed; the version
--     is another one as soon as somebody has brought some)
--- @include "changes-kept"
--- @include "projected-digest"
-- How many are renewed in the time that one is written in.
local RENEWED_AS_QUICKLY = 10
-- Between these many times as long as their session they may live, which a ttl that was made shorter ends.
local LEAST_LIFE, MOST_LIFE = 1.5, 4

local key, base = KEYS[1], KEYS[2]
local most = tonumber(ARGV[1])
local rows = cjson.decode(ARGV[3])
local is_anew, is_forgetting = ARGV[2] == 'anew', ARGV[2] == 'forget'
local done = 0

local function hash_of(position)
  return base .. ':' .. string.format('%d', position)
end

local function field(path)
  return redis.call('JSON.GET', key, path)
end

local function field_of(position, name)
  return field('$.messages[' .. string.format('%d', position) .. '].' .. name)
end

local taken = redis.call('HMGET', base, 'life', 'generation', 'count')
local count = tonumber(taken[3]) or 0

local function save(life, generation)
  redis.call('HSET', base, 'key', key, 'life', life, 'generation', generation, 'count', string.format('%d', count))
end

-- Says whether there are no more than a number of them.
local function remove_down_to(least)
  while count > least and done < most do
    count = count - 1
    redis.call('UNLINK', hash_of(count))
    done = done + 1
  end
  return count <= least
end

local exists = redis.call('TYPE', key).ok == 'ReJSON-RL'
local length = exists and redis.call('JSON.ARRLEN', key, '$.messages')[1] or 0
-- Paths are asked for one by one: the order of several in a reply is not always the same.
local life = exists and field('$.state.incarnation')
if life == '[]' then life = field('$.created_at') end
if not exists or length == 0 or life ~= taken[1] or is_anew then
  if not remove_down_to(0) then
    -- The rest is of no life.
    save('', '')
    return { 'MORE' }
  end
  redis.call('UNLINK', base)
  if length == 0 or is_forgetting or (#rows == 0 and not taken[1] and not is_anew) then return { 'KNOWN' } end
end

-- How many messages are as they were when they were taken in.
local function unchanged(before, now)
  if before == now then return length end
  local known = tonumber(string.match(before or '', '%d+'))
  local ok, lists = pcall(cjson.decode, field('$.state.changes'))
  local changes = ok and type(lists[1]) == 'table' and lists[1] or {}
  -- Only the last ones are remembered.
  local least, is_remembered = length, known == 0 and #changes < CHANGES_KEPT
  for _, change in ipairs(changes) do
    local changed = type(change) == 'table' and { tonumber(change[1]), tonumber(change[2]) } or {}
    if not known or #changed < 2 then return 0 end
    if changed[1] == known then is_remembered = true end
    if changed[1] > known then least = math.min(least, changed[2]) end
  end
  return is_remembered and least or 0
end

local function is_as_taken(position)
  return redis.call('HGET', hash_of(position), 'id') == field_of(position, 'id')
end

local generation = field('$.state.generation')
local least = unchanged(taken[2], generation)
-- Another program can have put others in their place, and says so nowhere.
if least >= count and count > 0 and count <= length and not is_as_taken(count - 1) then least = 0 end
if not remove_down_to(least) then
  save(life, taken[2])
  return { 'MORE' }
end

if is_forgetting then
  save(life, generation)
  return { 'KNOWN' }
end

-- A session can get a ttl, or another one.
local left = redis.call('PTTL', key)
local function renew(hash)
  if left > 0 then
    redis.call('PEXPIRE', hash, left * 2)
  else
    redis.call('PERSIST', hash)
  end
end

local function version()
  return life .. generation .. string.format('%d', count)
end

-- Others can have brought some of the rows meanwhile, or have put other messages in their place.
local is_read = ARGV[4] ~= ''
if not is_read or ARGV[4] == version() then
  local user = projected_digest(cjson.decode(field('$.user_id'))[1])
  for _, row in ipairs(rows) do
    if count >= length then break end
    local hash, id = hash_of(count), field_of(count, 'id')
    if not is_read and id ~= cjson.encode({ row[1] }) then break end
    local time = cjson.decode(field_of(count, 'timestamp'))[1]
    redis.call('HSET', hash, 'key', key, 'id', id, 'role', row[2], 'agent', row[3],
      'words', row[4], 'user', user, 'time', string.format('%.17g', type(time) == 'number' and time or 0))
    renew(hash)
    count = count + 1
    done = done + 1
  end
end
save(life, generation)
if not taken[1] then renew(base) end
if count < length then return { 'BEHIND', string.format('%d', count), version() } end

-- The others were renewed when this key was.
local own = redis.call('PTTL', base)
local is_renewed = own >= left * LEAST_LIFE and own <= left * MOST_LIFE
if (left > 0) == (own > 0) and (left <= 0 or is_renewed) then return { 'KNOWN' } end
local from = tonumber(redis.call('HGET', base, 'renewed') or '0')
local to = math.min(count, from + most * RENEWED_AS_QUICKLY)
for position = from, to - 1 do renew(hash_of(position)) end
if to < count then
  redis.call('HSET', base, 'renewed', string.format('%d', to))
  return { 'MORE' }
end
redis.call('HDEL', base, 'renewed')
renew(base)
return { 'KNOWN' }
