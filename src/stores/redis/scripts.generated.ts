// Made from lua/*.lua by scripts/generate-scripts.ts (npm run generate). Do not edit.
import type { LuaScript } from './lua-script.ts';

const changeFieldsInclude = `local has_merge = ARGV[7] ~= '0'
local has_merged = ARGV[7] == '1'
local function merge_state()
  if not has_merge then return '0' end
  return has_merged and '1' or '?'
end
local function change_fields(groups, without_merge)
  if has_merge then
    local parts = { '"updated_at":' .. now }
    for _, group in ipairs(groups) do
      local fields = {}
      for _, field in ipairs(group.fields) do
        fields[#fields + 1] = '"' .. field[1] .. '":' .. field[2]
      end
      parts[#parts + 1] = '"' .. group.name .. '":{' .. table.concat(fields, ',') .. '}'
    end
    local reply = redis.pcall('JSON.MERGE', KEYS[1], '$', '{' .. table.concat(parts, ',') .. '}')
    has_merged = not (type(reply) == 'table' and reply.err)
    if has_merged then return end
    has_merge = false
    without_merge()
  end
  redis.call('JSON.SET', KEYS[1], '$.updated_at', now)
  for _, group in ipairs(groups) do
    for _, field in ipairs(group.fields) do
      redis.call('JSON.SET', KEYS[1], '$.' .. group.name .. '.' .. field[1], field[2])
    end
  end
end
`;

const changesInclude = `local function changes_json(changes, generation, lowest)
  local kept = {}
  for _, change in ipairs(type(changes) == 'table' and changes or {}) do
    if type(change) == 'table' and tonumber(change[1]) and tonumber(change[2]) then
      kept[#kept + 1] = '[' .. integer(change[1]) .. ',' .. integer(change[2]) .. ']'
    end
  end
  kept[#kept + 1] = '[' .. integer(generation) .. ',' .. integer(lowest) .. ']'
  return '[' .. table.concat(kept, ',', math.max(1, #kept - CHANGES_KEPT + 1)) .. ']'
end
local function new_generation(state, lowest)
  state.generation = math.max(state.generation + 1, now_us)
  state.changes = changes_json(present(state.changes), state.generation, lowest)
  return { { 'generation', integer(state.generation) }, { 'changes', state.changes } }
end
`;

const changesKeptInclude = `local CHANGES_KEPT = 16
`;

const clockInclude = `local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
`;

const deletedLivesInclude = `local LIVES_KEPT = 64
local LIFE_SECONDS = 600
local function deleted_lives()
  local kind = KEYS[2] and redis.call('TYPE', KEYS[2]).ok
  if kind == 'none' then return '' end
  local lives = kind == 'ReJSON-RL' and cjson.decode(redis.call('JSON.GET', KEYS[2], '$'))[1]
  return type(lives) == 'string' and lives or nil
end
local function is_recorded(text)
  return string.find(';' .. (deleted_lives() or ''), text, 1, true) ~= nil
end
local function was_deleted(incarnation)
  return is_recorded(';' .. incarnation .. ':')
end
local function deletion_by(call)
  if is_recorded(';-:' .. call .. ';') then return 'nothing' end
  return is_recorded(':' .. call .. ';') and 'deleted' or nil
end
local function record_deletion(incarnation, call)
  local lives = deleted_lives()
  if not lives then return end
  lives = lives .. string.gsub(incarnation, ':', '=') .. ':' .. call .. ';'
  local _, count = string.gsub(lives, ';', ';')
  for _ = LIVES_KEPT + 1, count do
    local others, cuts = string.gsub(lives, '%-:%x+;', '', 1)
    lives = cuts > 0 and others or string.match(lives, '^[^;]*;(.*)$')
  end
  redis.pcall('JSON.SET', KEYS[2], '$', cjson.encode(lives))
  redis.call('EXPIRE', KEYS[2], LIFE_SECONDS)
end
`;

const documentInclude = `local function state_json(state)
  return '{"schema":1,"incarnation":"' .. state.incarnation
    .. '","ttl":' .. (state.ttl and integer(state.ttl) or 'null')
    .. ',"generation":' .. integer(state.generation)
    .. ',"changes":' .. (state.changes or '[]')
    .. ',"history_start":' .. (type(state.history_start) == 'string' and state.history_start or 'null')
    .. ',"writers":"' .. state.writers
    .. '","lock":' .. (state.lock_json or 'null')
    .. ',"bytes":' .. integer(tonumber(state.bytes) or 0) .. '}'
end
local function document_json(fields)
  return '{"session_id":' .. fields.session_id
    .. ',"user_id":' .. fields.user_id
    .. ',"created_at":' .. now .. ',"updated_at":' .. now
    .. ',"metadata":{"current_agent":' .. (fields.agent or 'null')
    .. ',"agents_used":[' .. table.concat(fields.agents or {}, ',')
    .. '],"message_count":' .. integer(#fields.entries)
    .. ',"total_tokens":' .. integer(fields.tokens)
    .. '},"messages":[' .. table.concat(fields.entries, ',')
    .. '],"handoff_context":' .. (fields.handoff or 'null')
    .. ',"state":' .. state_json(fields.state)
    .. ',"operations":' .. (fields.operations or '{}')
    .. ',"attributes":' .. (fields.attributes or '{}')
    .. ',"usage":' .. (fields.usage or '{}')
    .. '}'
end
`;

const documentKindInclude = `local function has_document()
  local kind = redis.call('TYPE', KEYS[1]).ok
  if kind == 'ReJSON-RL' then return true end
  if kind ~= 'none' then return false, { 'TYPE', kind } end
  redis.call('JSON.TYPE', KEYS[1])
  return false
end
`;

const entriesInclude = `local BATCH = 4000
local stamp = ',"timestamp":' .. now .. '}'
local function entry_json(text)
  if string.byte(text) == 61 then return string.sub(text, 2) end
  return text .. stamp
end
local function entries_from(first)
  local entries = {}
  for index = first, #ARGV do
    entries[#entries + 1] = entry_json(ARGV[index])
  end
  return entries
end
local function bytes_after(state, kept_part, entries)
  local bytes = math.floor((tonumber(state.bytes) or 0) * kept_part)
  for _, entry in ipairs(entries) do bytes = bytes + #entry end
  return bytes
end
local function append_entries(entries, length)
  for first = 1, #entries, BATCH do
    local last = math.min(first + BATCH - 1, #entries)
    length = redis.call('JSON.ARRAPPEND', key, '$.messages', unpack(entries, first, last))[1]
  end
  return length
end
`;

const expectationInclude = `local SCHEMA = 1
local key = KEYS[1]
local function present(value)
  if value == cjson.null then return nil end
  return value
end
local function is_ttl(ttl)
  return ttl == nil or (type(ttl) == 'number' and ttl >= 1 and ttl < 2147483648 and ttl % 1 == 0)
end
local function is_state(state)
  return type(state) == 'table'
    and type(state.schema) == 'number'
    and type(state.incarnation) == 'string'
    and type(state.generation) == 'number'
    and type(state.writers) == 'string'
    and not string.find(state.writers, '[%z\\1-\\31"\\\\]')
    and is_ttl(present(state.ttl))
end
local function is_array(value)
  return type(value) == 'table' and (next(value) == nil or #value > 0)
end
local function wrong_field(fields)
  local metadata, user_id = fields.metadata, present(fields.user_id)
  if user_id ~= nil and type(user_id) ~= 'string' then return 'user_id' end
  if type(fields.created_at) ~= 'number' then return 'created_at' end
  if type(metadata) ~= 'table'
      or type(metadata.message_count) ~= 'number'
      or type(metadata.total_tokens) ~= 'number'
      or not is_array(metadata.agents_used) then
    return 'metadata'
  end
  if fields.state ~= nil and not fields.newer and not is_state(fields.state) then return 'state' end
  return nil
end
local function readable_state(state, newer)
  if not newer then return state end
  if type(state.incarnation) ~= 'string' then return nil end
  return { incarnation = state.incarnation, lock = state.lock }
end
local function read_session()
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then
    redis.call('JSON.TYPE', key)
    return nil, { 'MISSING' }
  end
  if kind ~= 'ReJSON-RL' then return nil, { 'TYPE', kind } end
  local found = cjson.decode(
    redis.call('JSON.GET', key, '$.state', '$.metadata', '$.created_at', '$.user_id'))
  local state = present(found['$.state'][1])
  local schema = type(state) == 'table' and tonumber(present(state.schema)) or nil
  local fields = {
    created_at = found['$.created_at'][1],
    user_id = found['$.user_id'][1],
    metadata = found['$.metadata'][1],
    state = state,
    newer = schema and schema > SCHEMA,
  }
  local wrong = wrong_field(fields)
  if wrong then return nil, { 'CORRUPT', wrong } end
  return {
    created_at = fields.created_at,
    user_id = present(fields.user_id),
    tokens = fields.metadata.total_tokens,
    agents_used = fields.metadata.agents_used,
    state = readable_state(state, fields.newer),
    newer_schema = fields.newer and schema or nil,
  }
end
local function incarnation_of(session)
  if session.state then return session.state.incarnation end
  return 'created:' .. string.format('%.17g', session.created_at)
end
local function is_same_life(session, incarnation)
  local created_at = string.match(incarnation, '^created:(.+)$')
  if created_at then return tonumber(created_at) == session.created_at end
  return session.state ~= nil and session.state.incarnation == incarnation
end
local function load_session(incarnation, user)
  local session, refusal = read_session()
  if not session then return nil, refusal end
  if incarnation ~= '' then
    if not is_same_life(session, incarnation) then return nil, { 'REPLACED' } end
  elseif user ~= '' and session.user_id ~= user then
    return nil, { 'FORBIDDEN' }
  end
  return session
end
`;

const keptByOthersInclude = `local PLACE_OF_WORDS = 9
local function kept_by_others(json)
  return json ~= '' and cjson.decode(json) or {}
end
local function may(...)
  return redis.acl_check_cmd ~= nil and redis.acl_check_cmd(...)
end
local function forget_projection(kept)
  local found_by = kept.projection
  if found_by and may('UNLINK', found_by) then redis.pcall('UNLINK', found_by) end
end
local function may_forget(words)
  return may('HMGET', words, 'count') and may('HSET', words, 'count', '0') and may('UNLINK', words)
end
local function telling_of_words(kept, reply)
  local words = kept.words
  if not words or not may_forget(words) or redis.pcall('TYPE', words).ok ~= 'hash' then return reply end
  for place = #reply + 1, PLACE_OF_WORDS - 1 do reply[place] = '' end
  reply[PLACE_OF_WORDS] = '1'
  return reply
end
`;

const lockInclude = `local LOST = { 'LOST' }
local function live_lock(session)
  local lock = session.state and present(session.state.lock)
  if type(lock) ~= 'table' or type(lock.token) ~= 'string' then return nil end
  if type(lock['until']) ~= 'number' then return nil end
  local left = lock['until'] - tonumber(now)
  if left <= 0 then return nil end
  return lock, left
end
local function locked(left)
  return { 'LOCKED', string.format('%.0f', math.ceil(left * 1000)) }
end
local function lock_refusal(session, token)
  local lock, left = live_lock(session)
  if token == '' then return lock and locked(left) or nil end
  if not lock or lock.token ~= token then return LOST end
  return nil
end
`;

const numberInclude = `local function integer(number)
  return string.format('%.0f', number)
end
`;

const operationsInclude = `local OPERATION_SECONDS = 86400
local OPERATIONS_KEPT = 4096
local PRUNE_EVERY = 256
local function operation_path(id)
  return '$.operations["' .. id .. '"]'
end
local function operation_json(digest)
  return '"' .. digest .. ':' .. now .. '"'
end
local function recognise_operation(id, digest)
  local found = redis.call('JSON.GET', key, operation_path(id))
  local value = cjson.decode(found)[1]
  if value == nil then return 'new' end
  local known, time = string.match(tostring(value), '^(%x+):([%d.]+)$')
  if known ~= digest then return 'mismatch' end
  return 'repeat', time
end
local function prune_operations(count)
  local kept = {}
  local operations = cjson.decode(redis.call('JSON.GET', key, '$.operations'))[1]
  for id, value in pairs(operations) do
    kept[#kept + 1] = { id = id, time = tonumber(string.match(tostring(value), ':([%d.]+)$')) or 0 }
  end
  table.sort(kept, function(left, right) return left.time < right.time end)
  for _, operation in ipairs(kept) do
    local expired = tonumber(now) - operation.time > OPERATION_SECONDS
    if not expired and count <= OPERATIONS_KEPT then return end
    if string.find(operation.id, '^%x+$') then
      redis.call('JSON.DEL', key, operation_path(operation.id))
    end
    count = count - 1
  end
end
local function record_operation(id, digest)
  redis.call('JSON.SET', key, operation_path(id), operation_json(digest))
  local count = redis.call('JSON.OBJLEN', key, '$.operations')[1]
  if count and count % PRUNE_EVERY == 0 then prune_operations(count) end
end
`;

const projectedDigestInclude = `local function projected_digest(text)
  return type(text) == 'string' and string.sub(redis.sha1hex(text), 1, 16) or ''
end
`;

const projectionInclude = `local projection = KEYS[4] ~= KEYS[1] and KEYS[4] or nil
local function nothing() end
local project, project_time, unproject = nothing, nothing, nothing
if projection then
  local function projected_names(names)
    local digests = {}
    for _, name in ipairs(type(names) == 'table' and names or {}) do
      if type(name) == 'string' then digests[#digests + 1] = projected_digest(name) end
    end
    return table.concat(digests, ',')
  end
  local function projected_attributes(attributes)
    local digests = {}
    for name, value in pairs(type(attributes) == 'table' and attributes or {}) do
      local kind = type(value)
      if type(name) == 'string' and (kind == 'string' or kind == 'boolean') then
        digests[#digests + 1] = projected_digest(name .. '\\0' .. kind .. '\\0' .. tostring(value))
      end
    end
    return table.concat(digests, ',')
  end
  local function projected_expiry(seconds)
    return string.format('%.3f', now_us / 1000000 + seconds)
  end
  function unproject()
    redis.pcall('UNLINK', projection)
  end
  local function project_all()
    local json = redis.call('JSON.GET', KEYS[1], '$.user_id', '$.created_at', '$.updated_at',
      '$.metadata.agents_used', '$.attributes', '$.fork.session_id')
    local found = cjson.decode(json)
    local created, updated = found['$.created_at'][1], found['$.updated_at'][1]
    if type(created) ~= 'number' then return unproject() end
    if type(updated) ~= 'number' then updated = created end
    local left = redis.call('PTTL', KEYS[1])
    redis.call('HSET', projection,
      'key', KEYS[1],
      'user', projected_digest(found['$.user_id'][1]),
      'agents', projected_names(found['$.metadata.agents_used'][1]),
      'attributes', projected_attributes(found['$.attributes'][1]),
      'parent', projected_digest(found['$.fork.session_id'][1]),
      'created', string.format('%.17g', created),
      'updated', string.format('%.17g', updated),
      'expires', left > 0 and projected_expiry(left / 1000) or 'inf')
    if left > 0 then
      redis.call('PEXPIRE', projection, left)
    else
      redis.call('PERSIST', projection)
    end
  end
  function project()
    pcall(project_all)
  end
  function project_time(now, expiry)
    local added
    if expiry then
      added = redis.pcall('HSET', projection, 'updated', now, 'expires', projected_expiry(expiry))
      redis.pcall('EXPIRE', projection, expiry)
    else
      added = redis.pcall('HSET', projection, 'updated', now)
    end
    if added ~= 0 then project() end
  end
end
`;

const quickAppendInclude = `local QUICK_ENTRIES = 1000
local function quick_append()
  local seen, token = ARGV[1], ARGV[11]
  local count = #ARGV - 18
  local is_plain = seen ~= '' and ARGV[7] ~= '?' and ARGV[8] == '' and ARGV[14] == ''
    and ARGV[15] == '' and ARGV[16] == '' and count > 0 and count <= QUICK_ENTRIES
  if not is_plain then return nil end
  local found
  if record then
    found = redis.pcall('JSON.GET', KEYS[1], '$["state","metadata","created_at","user_id","usage"]')
  else
    found = redis.pcall('JSON.GET', KEYS[1], '$["state","metadata","created_at","user_id"]')
  end
  if type(found) ~= 'string' then return nil end
  local start = '[{"schema":1,"incarnation":"' .. seen .. '","ttl":'
  if string.sub(found, 1, #start) ~= start or string.find(seen, '%X') then return nil end
  local ttl, at = string.match(found, '^(%w+),"generation":%d+,"changes":%[()', #start + 1)
  local _, before = string.find(found, '"writers":"', at, true)
  local after = before and string.find(found, '"', before + 1, true)
  if not ttl or not after then return nil end
  local writers = string.sub(found, before + 1, after - 1)
  if string.find(writers, '\\\\', 1, true) then return nil end
  if recognise(writers, ARGV[3], tonumber(ARGV[4])) ~= 'new' then return nil end
  local bytes, metadata
  if token == '' then
    bytes, metadata = string.match(found, '^,"lock":null,"bytes":(%d+)},()', after + 1)
  else
    local held, lease
    held, lease, bytes, metadata = string.match(found,
      '^,"lock":{"token":"(%x+)","until":([%d.]+)},"bytes":(%d+)},()', after + 1)
    if held ~= token or tonumber(lease) <= tonumber(now) then return nil end
  end
  if not bytes then return nil end
  local current, agents, tokens, last = string.match(found,
    '^{"current_agent":("?[^"\\\\]*"?),"agents_used":(%b[]),"message_count":%d+,"total_tokens":(%d+)},[%d.]+,"[^"\\\\]*"()', metadata)
  if not current or string.sub(found, last, last + 1) ~= (record and ',{' or ']') then return nil end
  local expiry, new_ttl = ttl ~= 'null' and ttl, ''
  if expiry and not (tonumber(expiry) and tonumber(expiry) >= 1 and tonumber(expiry) < 2147483648) then
    return nil
  end
  if ARGV[6] ~= '' then
    expiry = ARGV[6]
    if ttl ~= expiry then new_ttl = ',"ttl":' .. expiry end
  end
  local has_merge = ARGV[7] == '1'
  local run, usage, spent = '', '', nil
  local fields = {}
  if record then
    local is_json, known, before_it = pcall(function()
      return cjson.decode(agents), cjson.decode(string.sub(found, last + 1, -2))
    end)
    if not is_json then return nil end
    spent = before_it
    local used = {}
    for _, name in ipairs(known) do used[name] = true end
    for _, name in ipairs(record.agents) do
      if not used[name] then return nil end
    end
    if record.tokens > 0 then
      local total = integer(tokens + record.tokens)
      run = ',"total_tokens":' .. total
      fields = { 'metadata.total_tokens', total }
    end
    local new_current = type(record.current) == 'string' and cjson.encode(record.current) or current
    if new_current ~= current then
      run = run .. ',"current_agent":' .. new_current
      fields[#fields + 1] = 'metadata.current_agent'
      fields[#fields + 1] = new_current
    end
    if has_merge then
      local members = usage_members(spent)
      if members ~= '' then usage = ',"usage":{' .. members .. '}' end
    else
      local changed, members, names = usage_fields(spent, true), {}, {}
      for index, field in ipairs(changed) do
        members[index] = '"' .. field[1] .. '":' .. field[2]
        names[field[1]] = true
      end
      if changed[1] then
        for name in pairs(spent) do
          if not names[name] then return nil end
        end
        fields[#fields + 1] = 'usage'
        fields[#fields + 1] = '{' .. table.concat(members, ',') .. '}'
      end
    end
  end
  local stamp = ',"timestamp":' .. now .. '}'
  local entries = {}
  for index = 1, count do
    local entry = ARGV[18 + index] .. stamp
    entries[index] = entry
    bytes = bytes + #entry
  end
  local length = redis.pcall('JSON.ARRAPPEND', KEYS[1], '.messages', unpack(entries))
  if type(length) ~= 'number' then return nil end
  bytes = integer(bytes)
  writers = record_write(writers, ARGV[3], ARGV[4])
  if has_merge then
    local merged = redis.pcall('JSON.MERGE', KEYS[1], '$', '{"updated_at":' .. now
      .. ',"metadata":{"message_count":' .. length .. run
      .. '},"state":{"writers":"' .. writers .. '","bytes":' .. bytes .. new_ttl .. '}' .. usage .. '}')
    if type(merged) == 'table' and merged.err then
      local state = { incarnation = seen, ttl = tonumber(expiry), writers = writers, bytes = bytes }
      return nil, {
        state = state, length = length, tokens = tonumber(tokens), new_agents = {}, usage = record and spent,
      }
    end
  else
    redis.call('JSON.SET', KEYS[1], '$.updated_at', now)
    redis.call('JSON.SET', KEYS[1], '$.metadata.message_count', length)
    redis.call('JSON.SET', KEYS[1], '$.state.writers', '"' .. writers .. '"')
    redis.call('JSON.SET', KEYS[1], '$.state.bytes', bytes)
    if new_ttl ~= '' then redis.call('JSON.SET', KEYS[1], '$.state.ttl', expiry) end
    for index = 1, #fields, 2 do
      redis.call('JSON.SET', KEYS[1], '$.' .. fields[index], fields[index + 1])
    end
  end
  if expiry then redis.call('EXPIRE', KEYS[1], expiry) end
  project_time(now, expiry)
  return { 'OK', seen, now, ARGV[7], '0', '0', bytes }
end
`;

const runRecordInclude = `local function has_usage()
  return record ~= nil and (#record.spent > 0 or present(record.mark) ~= nil)
end
local function read_usage()
  if not has_usage() then return nil end
  local text = redis.call('JSON.GET', key, '$.usage')
  if string.sub(text, 1, 2) ~= '[{' then return nil end
  return cjson.decode(text)[1]
end
local function new_agents(session)
  local used, added = {}, {}
  for _, name in ipairs(session and session.agents_used or {}) do used[name] = true end
  for _, name in ipairs(record and record.agents or {}) do
    if not used[name] then added[#added + 1] = cjson.encode(name) end
    used[name] = true
  end
  return added
end
local function wrong_for_record(session)
  if not record then return nil end
  session.new_agents = new_agents(session)
  session.usage = read_usage()
  if #session.new_agents > 0
      and not redis.call('JSON.ARRLEN', key, '$.metadata.agents_used')[1] then
    return { 'CORRUPT', 'metadata' }
  end
  return nil
end
local function apply_record(session, metadata)
  if not record then return end
  if #session.new_agents > 0 then
    redis.call('JSON.ARRAPPEND', key, '$.metadata.agents_used', unpack(session.new_agents))
  end
  if record.tokens > 0 then
    metadata[#metadata + 1] = { 'total_tokens', integer(session.tokens + record.tokens) }
  end
  if present(record.current) then
    metadata[#metadata + 1] = { 'current_agent', cjson.encode(record.current) }
  end
end
local function reset_usage(session, metadata)
  session.tokens = 0
  if not record or record.tokens == 0 then metadata[#metadata + 1] = { 'total_tokens', '0' } end
  local usage = cjson.decode(redis.call('JSON.GET', key, '$.usage'))[1]
  if type(usage) ~= 'table' then return end
  for _, name in ipairs(usage_counts()) do
    if usage[name] ~= nil then redis.call('JSON.SET', key, '$.usage.' .. name, '0') end
  end
  if usage.agents ~= nil then redis.call('JSON.SET', key, '$.usage.agents', '{}') end
  session.usage = read_usage()
end
local function new_usage_json()
  if not has_usage() then return '{}' end
  return '{' .. usage_members({}) .. '}'
end
`;

const trashInclude = `local LONG_HISTORY = 1000
local TRASH_SECONDS = 600
local function is_long(length)
  return type(length) == 'number' and length > LONG_HISTORY
end
local function move_to_trash(key, trash)
  redis.call('RENAME', key, trash)
  redis.call('EXPIRE', trash, TRASH_SECONDS)
end
local function has_trash(trash)
  return redis.call('TYPE', trash).ok == 'ReJSON-RL'
end
`;

const usageInclude = `local MARKS_KEPT = 16
local COUNTS_JSON = '"requests":%.0f,"input_tokens":%.0f,"output_tokens":%.0f,"total_tokens":%.0f,"cached_tokens":%.0f,"reasoning_tokens":%.0f'
local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil
local function usage_counts()
  return {
    'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
  }
end
local usage_members, usage_fields
if record then
  local function counts_json(before, spent)
    local counts = type(before) == 'table' and before or {}
    return string.format(COUNTS_JSON,
      (tonumber(counts.requests) or 0) + spent.requests,
      (tonumber(counts.input_tokens) or 0) + spent.input_tokens,
      (tonumber(counts.output_tokens) or 0) + spent.output_tokens,
      (tonumber(counts.total_tokens) or 0) + spent.total_tokens,
      (tonumber(counts.cached_tokens) or 0) + spent.cached_tokens,
      (tonumber(counts.reasoning_tokens) or 0) + spent.reasoning_tokens)
  end
  local function spent_in_all()
    local first = record.spent[1]
    if not record.spent[2] then return first end
    local all = {}
    for _, name in ipairs(usage_counts()) do
      all[name] = 0
      for _, spent in ipairs(record.spent) do all[name] = all[name] + spent[name] end
    end
    return all
  end
  local function agents_json(before, with_all_agents)
    local agents, members = {}, {}
    before = type(before) == 'table' and before or {}
    for name, counts in pairs(with_all_agents and before or {}) do
      if type(name) == 'string' then agents[name] = cjson.encode(counts) end
    end
    for _, spent in ipairs(record.spent) do
      local name = spent.agent
      if type(name) == 'string' then agents[name] = '{' .. counts_json(before[name], spent) .. '}' end
    end
    for name, json in pairs(agents) do members[#members + 1] = cjson.encode(name) .. ':' .. json end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function marks_json(before)
    if type(record.mark) ~= 'string' then return nil end
    local marks = type(before) == 'string' and string.sub(before, -1) == ';' and before or ''
    marks = marks .. record.mark .. ';'
    local count, stop = 0, 0
    repeat
      stop = string.find(marks, ';', stop + 1, true)
      if stop then count = count + 1 end
    until not stop
    local kept = 1
    for _ = MARKS_KEPT + 1, count do kept = string.find(marks, ';', kept, true) + 1 end
    return cjson.encode(string.sub(marks, kept))
  end
  function usage_members(usage)
    local all, marks = spent_in_all(), marks_json(usage.marks)
    local members = ''
    if all then members = counts_json(usage, all) .. ',"agents":' .. agents_json(usage.agents) end
    if not marks then return members end
    return members .. (all and ',' or '') .. '"marks":' .. marks
  end
  function usage_fields(usage, with_all_agents)
    local fields = {}
    local all, marks = spent_in_all(), marks_json(usage.marks)
    if all then
      for name, count in string.gmatch(counts_json(usage, all), '"([%l_]+)":(-?%d+)') do
        fields[#fields + 1] = { name, count }
      end
      fields[#fields + 1] = { 'agents', agents_json(usage.agents, with_all_agents) }
    end
    if marks then fields[#fields + 1] = { 'marks', marks } end
    return fields
  end
end
`;

const writeInclude = `local writer, sequence = ARGV[3], tonumber(ARGV[4])
local new_ttl = tonumber(ARGV[6])
local operation, digest = ARGV[8], ARGV[9]
local token = ARGV[11]
local function done(session, time)
  local bytes = session.state and tonumber(session.state.bytes) or 0
  return {
    'OK', incarnation_of(session), time or now, merge_state(), time and '1' or '0', '0', integer(bytes),
  }
end
local function deleted_since()
  return { 'OK', ARGV[5], now, merge_state(), '1' }
end
local function schema_refusal(session)
  return { 'SCHEMA', integer(session.newer_schema) }
end
local function begin_write()
  local session, refusal = load_session(ARGV[1], ARGV[2])
  if not session then return nil, refusal end
  if session.newer_schema then return nil, schema_refusal(session) end
  if not session.state then
    session.adopted = true
    session.state = { schema = SCHEMA, incarnation = ARGV[5], generation = 0, writers = '' }
  end
  local state = session.state
  local seen, time = recognise(state.writers, writer, sequence)
  if seen == 'repeat' then return nil, done(session, time) end
  if operation ~= '' then
    local known, first_time = recognise_operation(operation, digest)
    if known == 'repeat' then return nil, { 'SEEN', state.incarnation, first_time } end
    if known == 'mismatch' then return nil, { 'OPERATION' } end
  end
  if seen == 'gap' then return nil, { 'GAP', session.adopted and '' or state.incarnation } end
  local wrong = lock_refusal(session, token) or wrong_for_record(session)
  if wrong then return nil, wrong end
  state.ttl = new_ttl or present(state.ttl)
  state.writers = record_write(state.writers, writer, sequence)
  return session
end
local function adopt(session)
  redis.call('JSON.SET', key, '$.state', state_json(session.state))
  for _, field in ipairs({ 'operations', 'attributes', 'usage' }) do
    redis.call('JSON.SET', key, '$.' .. field, '{}', 'NX')
  end
end
local function expire(session)
  local ttl = session.state.ttl
  if ttl then redis.call('EXPIRE', key, integer(ttl)) end
end
local function new_state()
  return { incarnation = ARGV[5], ttl = new_ttl, generation = 0, writers = '' }
end
local function keep_alive(session)
  local state = session.state
  if new_ttl and not state then
    session.state = new_state()
    adopt(session)
  elseif new_ttl then
    redis.call('JSON.SET', key, '$.state.ttl', integer(new_ttl))
    state.ttl = new_ttl
  end
  if session.state and present(session.state.ttl) then
    expire(session)
    project()
  end
end
local function usage_group(session)
  return { name = 'usage', fields = usage_fields(session.usage or {}, not has_merge) }
end
local function finish_write(session, metadata, state)
  local groups = { { name = 'metadata', fields = metadata } }
  apply_record(session, metadata)
  if session.adopted then
    adopt(session)
  else
    state[#state + 1] = { 'writers', '"' .. session.state.writers .. '"' }
    if new_ttl then state[#state + 1] = { 'ttl', integer(new_ttl) } end
    groups[2] = { name = 'state', fields = state }
  end
  if operation ~= '' then record_operation(operation, digest) end
  if has_usage() then
    if not session.usage then redis.call('JSON.SET', key, '$.usage', '{}') end
    groups[#groups + 1] = usage_group(session)
  end
  change_fields(groups, function()
    if has_usage() then groups[#groups] = usage_group(session) end
  end)
  expire(session)
  project()
  return done(session)
end
`;

const writersInclude = `local WRITERS_KEPT = 32
local WRITER_SECONDS = 600
local SHORTEST_RECORD = #'0123456789abcdef:1:1795355268;'
local function recognise(writers, writer, sequence)
  local at = string.find(writers, writer .. ':', 1, true)
  if not at then return sequence == 1 and 'new' or 'gap' end
  local last, time = string.match(writers, '^(%d+):([%d.]+);', at + #writer + 1)
  if tonumber(last) == sequence then return 'repeat', time end
  return tonumber(last) + 1 == sequence and 'new' or 'gap'
end
local function record_write(writers, writer, sequence)
  local at = string.find(writers, writer .. ':', 1, true)
  if at then
    local stop = string.find(writers, ';', at, true)
    writers = string.sub(writers, 1, at - 1) .. string.sub(writers, stop + 1)
  end
  if #writers > WRITERS_KEPT * SHORTEST_RECORD then
    local first, count = 1, nil
    while true do
      local time, stop = string.match(writers, '^[^:]*:%d+:([%d.]+);()', first)
      if not time or tonumber(now) - tonumber(time) < WRITER_SECONDS then break end
      count = count or select(2, string.gsub(writers, ';', ';'))
      if count <= WRITERS_KEPT then break end
      first, count = stop, count - 1
    end
    writers = string.sub(writers, first)
  end
  return writers .. writer .. ':' .. sequence .. ':' .. now .. ';'
end
`;

/** `lua/append.lua`, where its comments are. */
export const append: LuaScript = {
  name: 'append',
  sha1: 'f0524db43e41736938165b73cd93718280f0fd89',
  source: clockInclude + projectedDigestInclude + projectionInclude + numberInclude + usageInclude + writersInclude + quickAppendInclude + `local reply, unfinished = quick_append()
if reply then return reply end
` + deletedLivesInclude + expectationInclude + entriesInclude + keptByOthersInclude + changeFieldsInclude + documentInclude + lockInclude + operationsInclude + runRecordInclude + writeInclude + `local NO_ATTRIBUTES = '[{}]'
local handoff = ARGV[14]
local patch, attributes_before, attributes = ARGV[15], ARGV[16], ARGV[17]
local entries = entries_from(19)
local kept = kept_by_others(ARGV[18])
local function create()
  if sequence ~= 1 then return { 'GAP', '' } end
  if attributes_before ~= '' and attributes_before ~= NO_ATTRIBUTES then return { 'CONFLICT' } end
  local session = {
    state = {
      incarnation = ARGV[5],
      ttl = new_ttl,
      generation = 0,
      writers = record_write('', writer, sequence),
      bytes = bytes_after({}, 0, entries),
    },
  }
  local current = record and present(record.current)
  redis.call('JSON.SET', key, '$', document_json({
    session_id = ARGV[12],
    user_id = ARGV[13],
    agent = current and cjson.encode(current) or nil,
    agents = new_agents(),
    handoff = handoff ~= '' and handoff or nil,
    attributes = attributes ~= '' and attributes or nil,
    entries = entries,
    tokens = record and record.tokens or 0,
    operations = operation ~= '' and '{"' .. operation .. '":' .. operation_json(digest) .. '}' or nil,
    state = session.state,
    usage = new_usage_json(),
  }))
  expire(session)
  forget_projection(kept)
  project()
  return telling_of_words(kept, done(session))
end
local function set_attributes()
  if patch ~= '' then
    local reply = redis.pcall('JSON.MERGE', key, '$', '{"attributes":' .. patch .. '}')
    return type(reply) ~= 'table' or not reply.err
  end
  if attributes_before == '' then return true end
  local current = redis.call('JSON.GET', key, '$.attributes')
  if current == '[]' then current = NO_ATTRIBUTES end
  if current ~= attributes_before then return false end
  redis.call('JSON.SET', key, '$.attributes', attributes)
  return true
end
if unfinished then
  has_merge = false
  local metadata = { { 'message_count', integer(unfinished.length) } }
  return finish_write(unfinished, metadata, { { 'bytes', integer(unfinished.state.bytes) } })
end
if ARGV[12] ~= '' and sequence == 1 and was_deleted(ARGV[5]) then return deleted_since() end
local session, refusal = begin_write()
if not session then
  if refusal[1] == 'MISSING' and ARGV[12] ~= '' then
    return token == '' and create() or LOST
  end
  return refusal[1] == 'OK' and telling_of_words(kept, refusal) or refusal
end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
if not set_attributes() then return { 'CONFLICT' } end
length = append_entries(entries, length)
if handoff ~= '' then redis.call('JSON.SET', key, '$.handoff_context', handoff) end
session.state.bytes = bytes_after(session.state, 1, entries)
local changed = { { 'bytes', integer(session.state.bytes) } }
return finish_write(session, { { 'message_count', integer(length) } }, changed)
`,
};

/** `lua/create.lua`, where its comments are. */
export const create: LuaScript = {
  name: 'create',
  sha1: 'c728f5ee651b819fc857c82faffc5eef387d2544',
  source: deletedLivesInclude + clockInclude + numberInclude + documentInclude + expectationInclude + keptByOthersInclude + projectedDigestInclude + projectionInclude + `local kept = kept_by_others(ARGV[5])
local session, refusal = read_session()
if session and session.state and session.state.incarnation == ARGV[1] then
  return telling_of_words(kept, { 'OK', ARGV[1], string.format('%.6f', session.created_at), '' })
end
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
`,
};

/** `lua/head.lua`, where its comments are. */
export const head: LuaScript = {
  name: 'head',
  sha1: '7cea07b553cab6f2512464a49101438f92d5efc7',
  source: documentKindInclude + `local is_there, refusal = has_document()
if not is_there then return refusal end
local length = redis.call('JSON.ARRLEN', KEYS[1], '$.messages')[1]
return { 'HEAD', length and tostring(length) or '', redis.call('JSON.GET', KEYS[1], unpack(ARGV)) }
`,
};

/** `lua/index-messages.lua`, where its comments are. */
export const indexMessages: LuaScript = {
  name: 'index-messages',
  sha1: 'c180176277dfed1a2df0bd62954a606f4ab98fba',
  source: changesKeptInclude + projectedDigestInclude + `local RENEWED_AS_QUICKLY = 10
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
local life = exists and field('$.state.incarnation')
if life == '[]' then life = field('$.created_at') end
if not exists or length == 0 or life ~= taken[1] or is_anew then
  if not remove_down_to(0) then
    save('', '')
    return { 'MORE' }
  end
  redis.call('UNLINK', base)
  if length == 0 or is_forgetting or (#rows == 0 and not taken[1] and not is_anew) then return { 'KNOWN' } end
end
local function unchanged(before, now)
  if before == now then return length end
  local known = tonumber(string.match(before or '', '%d+'))
  local ok, lists = pcall(cjson.decode, field('$.state.changes'))
  local changes = ok and type(lists[1]) == 'table' and lists[1] or {}
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
if least >= count and count > 0 and count <= length and not is_as_taken(count - 1) then least = 0 end
if not remove_down_to(least) then
  save(life, taken[2])
  return { 'MORE' }
end
if is_forgetting then
  save(life, generation)
  return { 'KNOWN' }
end
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
`,
};

/** `lua/lock.lua`, where its comments are. */
export const lock: LuaScript = {
  name: 'lock',
  sha1: 'fe21740128e32f853314d939441ab7514dd7d207',
  source: deletedLivesInclude + keptByOthersInclude + clockInclude + changeFieldsInclude + numberInclude + documentInclude + expectationInclude + lockInclude + operationsInclude + projectedDigestInclude + projectionInclude + usageInclude + runRecordInclude + writersInclude + writeInclude + `local lock_json = '{"token":' .. cjson.encode(token)
  .. ',"until":' .. string.format('%.6f', now_us / 1000000 + ARGV[12] / 1000) .. '}'
local function create()
  if was_deleted(ARGV[5]) then return deleted_since() end
  local session = {
    state = {
      incarnation = ARGV[5],
      ttl = new_ttl,
      generation = 0,
      writers = '',
      lock_json = lock_json,
    },
  }
  redis.call('JSON.SET', key, '$', document_json({
    session_id = ARGV[14],
    user_id = ARGV[15],
    entries = {},
    tokens = 0,
    state = session.state,
  }))
  expire(session)
  local kept = kept_by_others(ARGV[16])
  forget_projection(kept)
  project()
  return telling_of_words(kept, done(session))
end
local function refusal_of(session)
  if session.newer_schema then return schema_refusal(session) end
  if ARGV[13] == '1' then return lock_refusal(session, token) end
  local lock, left = live_lock(session)
  return lock and lock.token ~= token and locked(left) or nil
end
local session, refusal = load_session(ARGV[1], ARGV[2])
if not session then
  if refusal[1] == 'MISSING' and ARGV[14] ~= '' then return create() end
  return refusal
end
refusal = refusal_of(session)
if refusal then return refusal end
keep_alive(session)
if not session.state then
  session.state = new_state()
  adopt(session)
end
redis.call('JSON.SET', key, '$.state.lock', lock_json)
return done(session)
`,
};

/** `lua/others.lua`, where its comments are. */
export const others: LuaScript = {
  name: 'others',
  sha1: '7ea794e4d933bb4f4d93e11cc9738b12b87a34a2',
  source: `local key = KEYS[1]
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
`,
};

/** `lua/project.lua`, where its comments are. */
export const project: LuaScript = {
  name: 'project',
  sha1: '9f8ebc49f97c89630e4865febf85c831a5b3cf41',
  source: clockInclude + projectedDigestInclude + projectionInclude + `if redis.call('TYPE', KEYS[1]).ok ~= 'ReJSON-RL' then
  unproject()
  return 0
end
project()
return 1
`,
};

/** `lua/propagate.lua`, where its comments are. */
export const propagate: LuaScript = {
  name: 'propagate',
  sha1: '04c6f64d1b5b83c18a8766d9e58744f0970b069a',
  source: `local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
if kind == 'none' then
  redis.call('JSON.SET', key, '$', 'null')
  redis.call('UNLINK', key)
  return 1
end
if kind ~= 'ReJSON-RL' then return 0 end
return redis.call('JSON.ARRTRIM', key, '$.messages', 0, -1)[1] and 1 or 0
`,
};

/** `lua/query.lua`, where its comments are. */
export const query: LuaScript = {
  name: 'query',
  sha1: 'd8aff9ba37e80d8261c14e4f53dc1290f0fead26',
  source: documentKindInclude + `local is_there, refusal = has_document()
if not is_there then return refusal end
local length = redis.call('JSON.ARRLEN', KEYS[1], '$.messages')[1]
if length and length > tonumber(ARGV[1]) then return { 'LONG' } end
local memory = redis.pcall('JSON.DEBUG', 'MEMORY', KEYS[1], '$')
local bytes = type(memory) == 'table' and memory[1]
if type(bytes) ~= 'number' or bytes > tonumber(ARGV[2]) then return { 'LONG' } end
return { 'FOUND', redis.call('JSON.GET', KEYS[1], unpack(ARGV, 3)) }
`,
};

/** `lua/remove.lua`, where its comments are. */
export const remove: LuaScript = {
  name: 'remove',
  sha1: 'ba45d8b911ef6dbebfdddaad582f60b7cf57a789',
  source: deletedLivesInclude + expectationInclude + keptByOthersInclude + clockInclude + lockInclude + projectedDigestInclude + projectionInclude + trashInclude + `local kept = kept_by_others(ARGV[5])
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
local may_delete = session or (refusal[1] == 'CORRUPT' and ARGV[1] == '' and ARGV[2] == '')
if not may_delete then
  if ARGV[1] == '' and refusal[1] ~= 'TYPE' then record_deletion('-', ARGV[4]) end
  if refusal[1] ~= 'MISSING' then return refusal end
  forget_projection(kept)
  return telling_of_words(kept, refusal)
end
local refused = session and lock_refusal(session, ARGV[3])
if refused then return refused end
if is_long(history_length()) then
  move_to_trash(key, KEYS[3])
else
  redis.call('UNLINK', key)
end
unproject()
forget_projection(kept)
record_deletion(session and incarnation_of(session) or '?', ARGV[4])
return removed()
`,
};

/** `lua/replace.lua`, where its comments are. */
export const replace: LuaScript = {
  name: 'replace',
  sha1: 'b66df267f1c3b8420392ec090b3cf6536317286b',
  source: changesKeptInclude + clockInclude + expectationInclude + numberInclude + changesInclude + keptByOthersInclude + changeFieldsInclude + documentInclude + lockInclude + operationsInclude + projectedDigestInclude + projectionInclude + usageInclude + runRecordInclude + writersInclude + writeInclude + `local first, context = tonumber(ARGV[13]), ARGV[15]
local count = #ARGV - 17
local stretch = '$.messages[' .. integer(first) .. ':' .. integer(first + count) .. ']'
local function stands_there(session)
  if integer(session.state.generation) ~= ARGV[12] then return false end
  if context ~= '' and redis.call('JSON.GET', key, '$.handoff_context') ~= context then return false end
  return count == 0 or redis.call('JSON.GET', key, stretch .. '.id') == ARGV[14]
end
local function growth()
  local before = redis.call('JSON.GET', key, stretch)
  local bytes = 2 + count - 1 - #before
  for index = 18, #ARGV do bytes = bytes + #ARGV[index] end
  return bytes
end
local session, refusal = begin_write()
if not session then return refusal end
if not stands_there(session) then return { 'CONFLICT' } end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
local state = session.state
local changed = {}
if count > 0 then
  changed = new_generation(state, first)
  state.bytes = math.max(0, (tonumber(state.bytes) or 0) + growth())
  changed[#changed + 1] = { 'bytes', integer(state.bytes) }
  for offset = 0, count - 1 do
    redis.call('JSON.SET', key, '$.messages[' .. integer(first + offset) .. ']', ARGV[18 + offset])
  end
end
if context ~= '' then redis.call('JSON.SET', key, '$.handoff_context', ARGV[16]) end
local reply = finish_write(session, { { 'message_count', integer(length) } }, changed)
reply[8] = integer(state.generation)
return count > 0 and telling_of_words(kept_by_others(ARGV[17]), reply) or reply
`,
};

/** `lua/restore.lua`, where its comments are. */
export const restore: LuaScript = {
  name: 'restore',
  sha1: '5d092ae2659380c3ee6346dcab7aba1c5a80ff68',
  source: clockInclude + deletedLivesInclude + expectationInclude + keptByOthersInclude + lockInclude + projectedDigestInclude + projectionInclude + trashInclude + `local staged = KEYS[5]
local kept = kept_by_others(ARGV[7])
local function restored(time, before)
  return telling_of_words(kept,
    { 'OK', ARGV[1], time, '', before and '1' or '0', has_trash(KEYS[3]) and '1' or '0' })
end
local function is_staged()
  if redis.call('TYPE', staged).ok ~= 'ReJSON-RL' then return false end
  return redis.call('JSON.ARRLEN', staged, '$.messages')[1] == tonumber(ARGV[2])
end
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
if was_deleted(ARGV[1]) then return restored(now, true) end
local refused = refusal_of(session, missing)
if refused then return refused end
if not is_staged() then return { 'UNSTAGED' } end
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
`,
};

/** `lua/rewrite.lua`, where its comments are. */
export const rewrite: LuaScript = {
  name: 'rewrite',
  sha1: 'ef03b67359c60e3e1f073c0df5472b2790a8d708',
  source: changesKeptInclude + clockInclude + expectationInclude + numberInclude + changesInclude + entriesInclude + keptByOthersInclude + trashInclude + changeFieldsInclude + documentInclude + lockInclude + operationsInclude + projectedDigestInclude + projectionInclude + usageInclude + runRecordInclude + writersInclude + writeInclude + `local trash = KEYS[3] ~= key and KEYS[3] or nil
local FIELDS = {
  'session_id', 'user_id', 'created_at', 'updated_at', 'metadata', 'messages', 'handoff_context', 'state',
  'operations', 'attributes', 'usage', 'fork', 'import',
}
local function id_at(index)
  local found = redis.call('JSON.GET', key, '$.messages[' .. index .. '].id')
  return string.match(found, '^%[(".*")%]$')
end
local function version_holds(session)
  if ARGV[12] == '' then return true end
  if integer(session.state.generation) ~= ARGV[12] then return false end
  local last_id = id_at(-1)
  return (last_id and cjson.decode('[' .. last_id .. ']')[1] or '') == ARGV[13]
end
local function keep_first(count)
  local first, last = 0, count - 1
  if count == 0 then first, last = 1, 0 end
  redis.call('JSON.ARRTRIM', key, '$.messages', first, last)
end
local function emptied_json()
  local members = {}
  for _, field in ipairs(FIELDS) do
    local found = field == 'messages' and '[[]]' or redis.call('JSON.GET', key, '$.' .. field)
    if found ~= '[]' then
      members[#members + 1] = '"' .. field .. '":' .. string.sub(found, 2, -2)
    end
  end
  if redis.call('JSON.OBJLEN', key, '$')[1] ~= #members then return nil end
  return '{' .. table.concat(members, ',') .. '}'
end
local function drop_all(length)
  local emptied = trash and is_long(length) and emptied_json()
  if not emptied then return keep_first(0) end
  local time_left = redis.call('PTTL', key)
  move_to_trash(key, trash)
  redis.call('JSON.SET', key, '$', emptied)
  if time_left > 0 then redis.call('EXPIRE', key, integer(math.ceil(time_left / 1000))) end
end
local function telling_of_rest(reply)
  if reply[1] ~= 'OK' then return reply end
  if trash then reply[6] = has_trash(trash) and '1' or '0' end
  return telling_of_words(kept_by_others(ARGV[19]), reply)
end
local function new_history_start(state, kept)
  if ARGV[17] == '1' and kept > 0 then
    local id = id_at(integer(kept - 1))
    if not id then return nil, { 'CORRUPT', 'messages' } end
    return '{"index":' .. integer(kept) .. ',"id":' .. id .. '}'
  end
  local start = present(state.history_start)
  if start == nil then return nil end
  local index = type(start) == 'table' and tonumber(start.index) or 0
  return (ARGV[17] == '1' or kept < index) and 'null' or nil
end
local function moved_history_start(state, oldest)
  local start = present(state.history_start)
  local index = type(start) == 'table' and tonumber(start.index)
  if not index then return nil end
  local id = index > oldest and id_at(integer(index - 1))
  if not id then return 'null' end
  return '{"index":' .. integer(index - oldest) .. ',"id":' .. id .. '}'
end
local function drop_oldest(state, oldest, length)
  local start = moved_history_start(state, oldest)
  local changed = new_generation(state, 0)
  if oldest < length then
    redis.call('JSON.ARRTRIM', key, '$.messages', oldest, -1)
  else
    keep_first(0)
  end
  if start == 'null' then
    redis.call('JSON.SET', key, '$.state.history_start', 'null')
  elseif start then
    state.history_start = start
    changed[#changed + 1] = { 'history_start', start }
  end
  state.bytes = bytes_after(state, 1 - oldest / length, {})
  changed[#changed + 1] = { 'bytes', integer(state.bytes) }
  return changed
end
local session, refusal = begin_write()
if not session then return telling_of_rest(refusal) end
if not version_holds(session) then return { 'CONFLICT' } end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
local oldest = math.min(length, tonumber(ARGV[18]))
if oldest > 0 then
  local changed = drop_oldest(session.state, oldest, length)
  return telling_of_rest(finish_write(session, { { 'message_count', integer(length - oldest) } }, changed))
end
local kept = ARGV[14] == 'all' and 0 or math.max(0, length - tonumber(ARGV[14]))
local state = session.state
local start, wrong = new_history_start(state, kept)
if wrong then return wrong end
local entries = entries_from(20)
local metadata = { { 'message_count', integer(kept + #entries) } }
local changed = {}
if kept < length or start then
  changed = new_generation(state, kept)
end
if kept == 0 and length > 0 then
  drop_all(length)
elseif kept < length then
  keep_first(kept)
end
if start == 'null' then
  redis.call('JSON.SET', key, '$.state.history_start', 'null')
elseif start then
  state.history_start = start
  changed[#changed + 1] = { 'history_start', start }
end
append_entries(entries, kept)
state.bytes = bytes_after(state, length > 0 and kept / length or 0, entries)
changed[#changed + 1] = { 'bytes', integer(state.bytes) }
if ARGV[16] == '1' then reset_usage(session, metadata) end
if ARGV[15] == '1' then redis.call('JSON.SET', key, '$.operations', '{}') end
return telling_of_rest(finish_write(session, metadata, changed))
`,
};

/** `lua/stage.lua`, where its comments are. */
export const stage: LuaScript = {
  name: 'stage',
  sha1: '9ab8178f7aa252ad420096d6200b66eaeafa1360',
  source: `local key = KEYS[1]
local BATCH = 4000
local STAGED_SECONDS = 600
local function staged_length()
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return nil end
  return kind == 'ReJSON-RL' and redis.call('JSON.ARRLEN', key, '$.messages')[1] or -1
end
local position, count = tonumber(ARGV[2]), #ARGV - 2
local length = staged_length()
if length == position + count then return length end
if not length and position == 0 then
  redis.call('JSON.SET', key, '$', ARGV[1])
  redis.call('EXPIRE', key, STAGED_SECONDS)
elseif length ~= position then
  return -1
end
for first = 3, #ARGV, BATCH do
  local last = math.min(first + BATCH - 1, #ARGV)
  redis.call('JSON.ARRAPPEND', key, '$.messages', unpack(ARGV, first, last))
end
return position + count
`,
};

/** `lua/touch.lua`, where its comments are. */
export const touch: LuaScript = {
  name: 'touch',
  sha1: '62c5b79d5ee90aba23d804b1510db44d1671e57c',
  source: clockInclude + changeFieldsInclude + numberInclude + documentInclude + expectationInclude + lockInclude + operationsInclude + projectedDigestInclude + projectionInclude + usageInclude + runRecordInclude + writersInclude + writeInclude + `local session, refusal = load_session(ARGV[1], ARGV[2])
if not session then return refusal end
if session.newer_schema then return schema_refusal(session) end
keep_alive(session)
return done(session)
`,
};

/** `lua/trim.lua`, where its comments are. */
export const trim: LuaScript = {
  name: 'trim',
  sha1: '7c26ce656d4a42c5769d70f57da04ad64f203159',
  source: `local function entries_left()
  if redis.call('TYPE', KEYS[1]).ok ~= 'ReJSON-RL' then return 0 end
  return redis.call('JSON.ARRLEN', KEYS[1], '$.messages')[1] or 0
end
local left = entries_left() - ARGV[1]
if left <= 0 then
  redis.call('UNLINK', KEYS[1])
  return 0
end
redis.call('JSON.ARRTRIM', KEYS[1], '$.messages', 0, left - 1)
return left
`,
};

/** `lua/unlock.lua`, where its comments are. */
export const unlock: LuaScript = {
  name: 'unlock',
  sha1: 'e058db633d6c22845c556deb319bb63b295c359d',
  source: clockInclude + changeFieldsInclude + numberInclude + documentInclude + expectationInclude + lockInclude + operationsInclude + projectedDigestInclude + projectionInclude + usageInclude + runRecordInclude + writersInclude + writeInclude + `local session, refusal = load_session(ARGV[1], ARGV[2])
if not session then return refusal end
if session.newer_schema then return schema_refusal(session) end
if not lock_refusal(session, token) then
  redis.call('JSON.SET', key, '$.state.lock', 'null')
  keep_alive(session)
end
return done(session)
`,
};
