-- What most appends are, before all the rest: entries, and what a run did, for a session that the
-- caller has seen, by a writer that goes on as expected. It refuses nothing. Whatever is not as plain as
-- that goes on, unchanged, to the rest of the script; to define only the functions that it has takes
-- Redis longer than all of this.
-- `quick-append.test.ts` holds it to the rest.
--   quick_append()  gives the reply, or nil
--- @include "change-fields"
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
    found = redis.pcall('JSON.GET', KEYS[1], '$.state', '$.metadata', '$.usage')
  else
    found = redis.pcall('JSON.GET', KEYS[1], '$.state', '$.metadata')
  end
  if type(found) ~= 'string' then return nil end
  -- Not by what cjson makes of it, which is the same for an empty array.
  if record and not string.find(found, '"$.usage":[{', 1, true) then return nil end
  local fields = cjson.decode(found)
  local state, metadata = fields['$.state'][1], fields['$.metadata'][1]
  if type(state) ~= 'table' or type(metadata) ~= 'table' then return nil end
  local writers, ttl, agents = state.writers, state.ttl, metadata.agents_used
  local is_sound = state.schema == 1 and state.incarnation == seen
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
  local expiry, new_ttl = ttl and integer(ttl), nil
  if ARGV[6] ~= '' then
    expiry = ARGV[6]
    if ttl ~= tonumber(expiry) then new_ttl = expiry end
  end

  local metadata_fields, usage = {}, nil
  if record then
    local used = {}
    for _, name in ipairs(agents) do used[name] = true end
    for _, name in ipairs(record.agents) do
      if not used[name] then return nil end
    end
    if record.tokens > 0 then
      metadata_fields[1] = { 'total_tokens', integer(metadata.total_tokens + record.tokens) }
    end
    if type(record.current) == 'string' and record.current ~= metadata.current_agent then
      metadata_fields[#metadata_fields + 1] = { 'current_agent', cjson.encode(record.current) }
    end
    usage = fields['$.usage'][1]
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
  metadata_fields[#metadata_fields + 1] = { 'message_count', integer(length) }
  local state_fields = {
    { 'writers', '"' .. record_write(writers, ARGV[3], ARGV[4]) .. '"' },
    { 'bytes', integer(bytes) },
  }
  if new_ttl then state_fields[3] = { 'ttl', new_ttl } end
  local groups = {
    { name = 'metadata', fields = metadata_fields },
    { name = 'state', fields = state_fields },
  }
  if usage then groups[3] = { name = 'usage', fields = usage_fields(usage) } end
  change_fields(groups, function()
    if usage then groups[3].fields = usage_fields(usage, true) end
  end)
  if expiry then redis.call('EXPIRE', KEYS[1], expiry) end
  return { 'OK', seen, now, merge_state(), '0', '0', integer(bytes) }
end
