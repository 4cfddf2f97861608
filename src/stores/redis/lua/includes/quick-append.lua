-- What most appends are, before all the rest: entries, and what a run did, for a session that the
-- caller has seen, by a writer that goes on as expected. It refuses nothing. Whatever is not as plain as
-- that goes on, unchanged, to the rest of the script; to define only the functions that it has takes
-- Redis longer than all of this.
-- `quick-append.test.ts` holds it to the rest.
--   quick_append()  gives the reply; or nil; or nil and the session that was appended to, where the
--     server turned out not to merge: its other fields are still to be written
--- @include "clock"
--- @include "number"
--- @include "usage"
--- @include "writers"

local QUICK_ENTRIES = 1000

local function quick_append()
  local seen, token = ARGV[1], ARGV[11]
  local count = #ARGV - 17
  local is_plain = seen ~= '' and ARGV[7] == '1' and ARGV[8] == '' and ARGV[14] == ''
    and ARGV[15] == '' and ARGV[16] == '' and count > 0 and count <= QUICK_ENTRIES
  if not is_plain then return nil end

  local found
  if record then
    found = redis.pcall('JSON.GET', KEYS[1], '$.state', '$.metadata', '$.created_at', '$.user_id', '$.usage')
  else
    found = redis.pcall('JSON.GET', KEYS[1], '$.state', '$.metadata', '$.created_at', '$.user_id')
  end
  if type(found) ~= 'string' then return nil end
  -- Not by what cjson makes of it, which is the same for an empty array.
  if record and not string.find(found, '"$.usage":[{', 1, true) then return nil end
  local fields = cjson.decode(found)
  local state, metadata = fields['$.state'][1], fields['$.metadata'][1]
  if type(state) ~= 'table' or type(metadata) ~= 'table' then return nil end
  local writers, ttl, agents = state.writers, state.ttl, metadata.agents_used
  local user_id = fields['$.user_id'][1]
  local is_sound = type(fields['$.created_at'][1]) == 'number'
    and (user_id == nil or user_id == cjson.null or type(user_id) == 'string')
    and state.schema == 1 and state.incarnation == seen
    and type(state.generation) == 'number'
    and type(writers) == 'string' and not string.find(writers, '[^%w_:;.-]')
    and type(metadata.message_count) == 'number' and type(metadata.total_tokens) == 'number'
    and type(agents) == 'table' and (next(agents) == nil or #agents > 0)
  if not is_sound or recognise(writers, ARGV[3], tonumber(ARGV[4])) ~= 'new' then return nil end

  local lock = state.lock
  if token == '' then
    if lock ~= nil and lock ~= cjson.null then return nil end
  elseif type(lock) ~= 'table' or lock.token ~= token or type(lock['until']) ~= 'number'
      or lock['until'] <= tonumber(now) then
    return nil
  end

  if ttl == cjson.null then ttl = nil end
  local is_ttl = ttl == nil
    or (type(ttl) == 'number' and ttl >= 1 and ttl < 2147483648 and ttl % 1 == 0)
  if not is_ttl then return nil end
  local expiry, new_ttl = ttl and integer(ttl), ''
  if ARGV[6] ~= '' then
    expiry = ARGV[6]
    if ttl ~= tonumber(expiry) then new_ttl = ',"ttl":' .. expiry end
  end

  local run, usage = '', ''
  if record then
    local used = {}
    for _, name in ipairs(agents) do used[name] = true end
    for _, name in ipairs(record.agents) do
      if not used[name] then return nil end
    end
    if record.tokens > 0 then
      run = ',"total_tokens":' .. integer(metadata.total_tokens + record.tokens)
    end
    if type(record.current) == 'string' and record.current ~= metadata.current_agent then
      run = run .. ',"current_agent":' .. cjson.encode(record.current)
    end
    local members = usage_fields(fields['$.usage'][1])
    for index, field in ipairs(members) do members[index] = '"' .. field[1] .. '":' .. field[2] end
    if #members > 0 then usage = ',"usage":{' .. table.concat(members, ',') .. '}' end
  end

  local stamp = ',"timestamp":' .. now .. '}'
  local entries, bytes = {}, math.floor(tonumber(state.bytes) or 0)
  for index = 1, count do
    local entry = string.sub(ARGV[17 + index], 1, -2) .. stamp
    entries[index] = entry
    bytes = bytes + #entry
  end
  -- The first of the writes; it changes nothing where there is no array.
  local length = redis.pcall('JSON.ARRAPPEND', KEYS[1], '.messages', unpack(entries))
  if type(length) ~= 'number' then return nil end
  local records = record_write(writers, ARGV[3], ARGV[4])
  local merged = redis.pcall('JSON.MERGE', KEYS[1], '$', '{"updated_at":' .. now
    .. ',"metadata":{"message_count":' .. length .. run
    .. '},"state":{"writers":"' .. records .. '","bytes":' .. bytes .. new_ttl .. '}' .. usage .. '}')
  if type(merged) == 'table' and merged.err then
    state.writers, state.bytes, state.ttl = records, bytes, tonumber(expiry)
    local spent = fields['$.usage']
    return nil, {
      state = state, length = length, tokens = metadata.total_tokens, new_agents = {},
      usage = spent and spent[1],
    }
  end
  if expiry then redis.call('EXPIRE', KEYS[1], expiry) end
  return { 'OK', seen, now, '1', '0', '0', integer(bytes) }
end
