// Made from lua/*.lua by scripts/generate-scripts.ts (npm run generate). Do not edit.
import type { LuaScript } from './lua-script.ts';

/** `lua/append.lua`, where its comments are. */
export const append: LuaScript = {
  name: 'append',
  sha1: '56057973d9e9eb5872aa467f6ced18aea850fe8d',
  source: `local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local function integer(number)
  return string.format('%.0f', number)
end
local MARKS_KEPT = 16
local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil
local function usage_counts()
  return {
    'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
  }
end
local function usage_fields(usage, with_all_agents)
  local counts = usage_counts()
  local function number_in(counts, name)
    return type(counts) == 'table' and tonumber(counts[name]) or 0
  end
  local function counts_after(before, spent)
    local members = {}
    for index, name in ipairs(counts) do
      members[index] = '"' .. name .. '":' .. integer(number_in(before, name) + spent[name])
    end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function agents_after(before)
    local agents, members = {}, {}
    before = type(before) == 'table' and before or {}
    for name, counts in pairs(with_all_agents and before or {}) do
      if type(name) == 'string' then agents[name] = cjson.encode(counts) end
    end
    for _, spent in ipairs(record.spent) do
      local name = spent.agent
      if type(name) == 'string' then agents[name] = counts_after(before[name], spent) end
    end
    for name, json in pairs(agents) do members[#members + 1] = cjson.encode(name) .. ':' .. json end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function marks_after(before)
    local marks = type(before) == 'string' and not string.find(before, '[^%x:;]') and before or ''
    marks = marks .. record.mark .. ';'
    local _, count = string.gsub(marks, ';', ';')
    for _ = MARKS_KEPT + 1, count do marks = string.match(marks, '^[^;]*;(.*)$') end
    return '"' .. marks .. '"'
  end
  local fields = {}
  if #record.spent > 0 then
    for index, name in ipairs(counts) do
      local total = number_in(usage, name)
      for _, spent in ipairs(record.spent) do total = total + spent[name] end
      fields[index] = { name, integer(total) }
    end
    fields[#fields + 1] = { 'agents', agents_after(usage.agents) }
  end
  if type(record.mark) == 'string' then fields[#fields + 1] = { 'marks', marks_after(usage.marks) } end
  return fields
end
local WRITERS_KEPT = 32
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
  local count = 0
  if at then
    local stop = string.find(writers, ';', at, true)
    writers = string.sub(writers, 1, at - 1) .. string.sub(writers, stop + 1)
  end
  if #writers > WRITERS_KEPT * SHORTEST_RECORD then
    count = select(2, string.gsub(writers, ';', ';'))
  end
  while count > WRITERS_KEPT do
    local time, stop = string.match(writers, '^[^:]*:%d+:([%d.]+);()')
    if not time or tonumber(now) - tonumber(time) < WRITER_SECONDS then break end
    writers = string.sub(writers, stop)
    count = count - 1
  end
  return writers .. writer .. ':' .. sequence .. ':' .. now .. ';'
end
local QUICK_ENTRIES = 1000
local function quick_append()
  local seen, token = ARGV[1], ARGV[11]
  local count = #ARGV - 17
  local is_plain = seen ~= '' and ARGV[7] == '1' and ARGV[8] == '' and ARGV[14] == ''
    and ARGV[15] == '' and ARGV[16] == '' and count > 0 and count <= QUICK_ENTRIES
  if not is_plain then return nil end
  local found
  if record then
    found = redis.pcall('JSON.GET', KEYS[1], '$["state","metadata","created_at","user_id","usage"]')
  else
    found = redis.pcall('JSON.GET', KEYS[1], '$["state","metadata","created_at","user_id"]')
  end
  if type(found) ~= 'string' then return nil end
  local incarnation, ttl, writers, lock = string.match(found,
    '^%[{"schema":1,"incarnation":"(%x+)","ttl":(%w+),"generation":%d+,"changes":[%[%]%d,]*,"history_start":[^w]*"writers":"([%w_:;.-]*)","lock":()')
  if incarnation ~= seen or recognise(writers, ARGV[3], tonumber(ARGV[4])) ~= 'new' then return nil end
  local bytes, metadata
  if token == '' then
    bytes, metadata = string.match(found, '^null,"bytes":(%d+)},()', lock)
  else
    local held, lease
    held, lease, bytes, metadata =
      string.match(found, '^{"token":"(%x+)","until":([%d.]+)},"bytes":(%d+)},()', lock)
    if held ~= token or tonumber(lease) <= tonumber(now) then return nil end
  end
  if not bytes then return nil end
  local current, agents, tokens, spent = string.match(found,
    '^{"current_agent":("?[^"\\\\]*"?),"agents_used":(%b[]),"message_count":%d+,"total_tokens":(%d+)},[%d.]+,"[^"\\\\]*"(.*)%]$', metadata)
  if not current or (record and string.sub(spent, 1, 2) ~= ',{') then return nil end
  local expiry, new_ttl = ttl ~= 'null' and ttl, ''
  if expiry and not (tonumber(expiry) and tonumber(expiry) >= 1 and tonumber(expiry) < 2147483648) then
    return nil
  end
  if ARGV[6] ~= '' then
    expiry = ARGV[6]
    if ttl ~= expiry then new_ttl = ',"ttl":' .. expiry end
  end
  local run, usage = '', ''
  if record then
    local used = {}
    for _, name in ipairs(cjson.decode(agents)) do used[name] = true end
    for _, name in ipairs(record.agents) do
      if not used[name] then return nil end
    end
    if record.tokens > 0 then
      run = ',"total_tokens":' .. integer(tokens + record.tokens)
    end
    if type(record.current) == 'string' and cjson.encode(record.current) ~= current then
      run = run .. ',"current_agent":' .. cjson.encode(record.current)
    end
    spent = cjson.decode(string.sub(spent, 2))
    local members = usage_fields(spent)
    for index, field in ipairs(members) do members[index] = '"' .. field[1] .. '":' .. field[2] end
    if #members > 0 then usage = ',"usage":{' .. table.concat(members, ',') .. '}' end
  end
  local stamp = ',"timestamp":' .. now .. '}'
  local entries = {}
  for index = 1, count do
    local entry = string.sub(ARGV[17 + index], 1, -2) .. stamp
    entries[index] = entry
    bytes = bytes + #entry
  end
  local length = redis.pcall('JSON.ARRAPPEND', KEYS[1], '.messages', unpack(entries))
  if type(length) ~= 'number' then return nil end
  bytes = integer(bytes)
  writers = record_write(writers, ARGV[3], ARGV[4])
  local merged = redis.pcall('JSON.MERGE', KEYS[1], '$', '{"updated_at":' .. now
    .. ',"metadata":{"message_count":' .. length .. run
    .. '},"state":{"writers":"' .. writers .. '","bytes":' .. bytes .. new_ttl .. '}' .. usage .. '}')
  if type(merged) == 'table' and merged.err then
    local state = { incarnation = seen, ttl = tonumber(expiry), writers = writers, bytes = bytes }
    return nil, {
      state = state, length = length, tokens = tonumber(tokens), new_agents = {}, usage = record and spent,
    }
  end
  if expiry then redis.call('EXPIRE', KEYS[1], expiry) end
  return { 'OK', seen, now, '1', '0', '0', bytes }
end
local reply, unfinished = quick_append()
if reply then return reply end
local LIVES_KEPT = 64
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
local SCHEMA = 1
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
    and not string.find(state.writers, '[^%w_:;.-]')
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
local BATCH = 4000
local function entry_json(text)
  if string.sub(text, 1, 1) == '=' then return string.sub(text, 2) end
  return string.sub(text, 1, -2) .. ',"timestamp":' .. now .. '}'
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
local has_merge = ARGV[7] ~= '0'
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
local function state_json(state)
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
local LOST = { 'LOST' }
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
local OPERATION_SECONDS = 86400
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
local function has_usage()
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
  local members = {}
  for index, field in ipairs(usage_fields({})) do
    members[index] = '"' .. field[1] .. '":' .. field[2]
  end
  return '{' .. table.concat(members, ',') .. '}'
end
local writer, sequence = ARGV[3], tonumber(ARGV[4])
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
  if session.state.ttl then redis.call('EXPIRE', key, integer(session.state.ttl)) end
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
  if session.state and present(session.state.ttl) then expire(session) end
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
  return done(session)
end
local NO_ATTRIBUTES = '[{}]'
local handoff = ARGV[14]
local patch, attributes_before, attributes = ARGV[15], ARGV[16], ARGV[17]
local entries = entries_from(18)
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
  return done(session)
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
  return refusal
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
  sha1: '5a8ef56ca47559e7a4d2f169818be14377036c38',
  source: `local LIVES_KEPT = 64
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
local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local function integer(number)
  return string.format('%.0f', number)
end
local function state_json(state)
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
local SCHEMA = 1
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
    and not string.find(state.writers, '[^%w_:;.-]')
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
local session, refusal = read_session()
if session and session.state and session.state.incarnation == ARGV[1] then
  return { 'OK', ARGV[1], string.format('%.6f', session.created_at), '' }
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
return { 'OK', ARGV[1], now, '' }
`,
};

/** `lua/head.lua`, where its comments are. */
export const head: LuaScript = {
  name: 'head',
  sha1: '77deadac5b5e4ed97818331e2c8c17951fa047a5',
  source: `local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then
  redis.call('JSON.TYPE', KEYS[1])
  return nil
end
if kind ~= 'ReJSON-RL' then return { 'TYPE', kind } end
local length = redis.call('JSON.ARRLEN', KEYS[1], '$.messages')[1]
return { 'HEAD', length and tostring(length) or '', redis.call('JSON.GET', KEYS[1], unpack(ARGV)) }
`,
};

/** `lua/lock.lua`, where its comments are. */
export const lock: LuaScript = {
  name: 'lock',
  sha1: 'de938d1bf970b8e9299050bccba42a5183be0e1e',
  source: `local LIVES_KEPT = 64
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
local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local has_merge = ARGV[7] ~= '0'
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
local function integer(number)
  return string.format('%.0f', number)
end
local function state_json(state)
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
local SCHEMA = 1
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
    and not string.find(state.writers, '[^%w_:;.-]')
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
local LOST = { 'LOST' }
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
local OPERATION_SECONDS = 86400
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
local MARKS_KEPT = 16
local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil
local function usage_counts()
  return {
    'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
  }
end
local function usage_fields(usage, with_all_agents)
  local counts = usage_counts()
  local function number_in(counts, name)
    return type(counts) == 'table' and tonumber(counts[name]) or 0
  end
  local function counts_after(before, spent)
    local members = {}
    for index, name in ipairs(counts) do
      members[index] = '"' .. name .. '":' .. integer(number_in(before, name) + spent[name])
    end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function agents_after(before)
    local agents, members = {}, {}
    before = type(before) == 'table' and before or {}
    for name, counts in pairs(with_all_agents and before or {}) do
      if type(name) == 'string' then agents[name] = cjson.encode(counts) end
    end
    for _, spent in ipairs(record.spent) do
      local name = spent.agent
      if type(name) == 'string' then agents[name] = counts_after(before[name], spent) end
    end
    for name, json in pairs(agents) do members[#members + 1] = cjson.encode(name) .. ':' .. json end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function marks_after(before)
    local marks = type(before) == 'string' and not string.find(before, '[^%x:;]') and before or ''
    marks = marks .. record.mark .. ';'
    local _, count = string.gsub(marks, ';', ';')
    for _ = MARKS_KEPT + 1, count do marks = string.match(marks, '^[^;]*;(.*)$') end
    return '"' .. marks .. '"'
  end
  local fields = {}
  if #record.spent > 0 then
    for index, name in ipairs(counts) do
      local total = number_in(usage, name)
      for _, spent in ipairs(record.spent) do total = total + spent[name] end
      fields[index] = { name, integer(total) }
    end
    fields[#fields + 1] = { 'agents', agents_after(usage.agents) }
  end
  if type(record.mark) == 'string' then fields[#fields + 1] = { 'marks', marks_after(usage.marks) } end
  return fields
end
local function has_usage()
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
  local members = {}
  for index, field in ipairs(usage_fields({})) do
    members[index] = '"' .. field[1] .. '":' .. field[2]
  end
  return '{' .. table.concat(members, ',') .. '}'
end
local WRITERS_KEPT = 32
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
  local count = 0
  if at then
    local stop = string.find(writers, ';', at, true)
    writers = string.sub(writers, 1, at - 1) .. string.sub(writers, stop + 1)
  end
  if #writers > WRITERS_KEPT * SHORTEST_RECORD then
    count = select(2, string.gsub(writers, ';', ';'))
  end
  while count > WRITERS_KEPT do
    local time, stop = string.match(writers, '^[^:]*:%d+:([%d.]+);()')
    if not time or tonumber(now) - tonumber(time) < WRITER_SECONDS then break end
    writers = string.sub(writers, stop)
    count = count - 1
  end
  return writers .. writer .. ':' .. sequence .. ':' .. now .. ';'
end
local writer, sequence = ARGV[3], tonumber(ARGV[4])
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
  if session.state.ttl then redis.call('EXPIRE', key, integer(session.state.ttl)) end
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
  if session.state and present(session.state.ttl) then expire(session) end
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
  return done(session)
end
local lock_json = '{"token":' .. cjson.encode(token)
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
  return done(session)
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

/** `lua/remove.lua`, where its comments are. */
export const remove: LuaScript = {
  name: 'remove',
  sha1: 'bdbf21e49dab0402b745ecc114f3205316581242',
  source: `local LIVES_KEPT = 64
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
local SCHEMA = 1
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
    and not string.find(state.writers, '[^%w_:;.-]')
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
local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local LOST = { 'LOST' }
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
local LONG_HISTORY = 1000
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
local may_delete = session or (refusal[1] == 'CORRUPT' and ARGV[1] == '' and ARGV[2] == '')
if not may_delete then
  if ARGV[1] == '' and refusal[1] ~= 'TYPE' then record_deletion('-', ARGV[4]) end
  return refusal
end
local refused = session and lock_refusal(session, ARGV[3])
if refused then return refused end
if is_long(history_length()) then
  move_to_trash(key, KEYS[3])
else
  redis.call('UNLINK', key)
end
record_deletion(session and incarnation_of(session) or '?', ARGV[4])
return removed()
`,
};

/** `lua/rewrite.lua`, where its comments are. */
export const rewrite: LuaScript = {
  name: 'rewrite',
  sha1: 'b55c7de5af29995aad9fd9163f82712e7436522d',
  source: `local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local SCHEMA = 1
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
    and not string.find(state.writers, '[^%w_:;.-]')
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
local BATCH = 4000
local function entry_json(text)
  if string.sub(text, 1, 1) == '=' then return string.sub(text, 2) end
  return string.sub(text, 1, -2) .. ',"timestamp":' .. now .. '}'
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
local LONG_HISTORY = 1000
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
local has_merge = ARGV[7] ~= '0'
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
local function integer(number)
  return string.format('%.0f', number)
end
local function state_json(state)
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
local LOST = { 'LOST' }
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
local OPERATION_SECONDS = 86400
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
local MARKS_KEPT = 16
local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil
local function usage_counts()
  return {
    'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
  }
end
local function usage_fields(usage, with_all_agents)
  local counts = usage_counts()
  local function number_in(counts, name)
    return type(counts) == 'table' and tonumber(counts[name]) or 0
  end
  local function counts_after(before, spent)
    local members = {}
    for index, name in ipairs(counts) do
      members[index] = '"' .. name .. '":' .. integer(number_in(before, name) + spent[name])
    end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function agents_after(before)
    local agents, members = {}, {}
    before = type(before) == 'table' and before or {}
    for name, counts in pairs(with_all_agents and before or {}) do
      if type(name) == 'string' then agents[name] = cjson.encode(counts) end
    end
    for _, spent in ipairs(record.spent) do
      local name = spent.agent
      if type(name) == 'string' then agents[name] = counts_after(before[name], spent) end
    end
    for name, json in pairs(agents) do members[#members + 1] = cjson.encode(name) .. ':' .. json end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function marks_after(before)
    local marks = type(before) == 'string' and not string.find(before, '[^%x:;]') and before or ''
    marks = marks .. record.mark .. ';'
    local _, count = string.gsub(marks, ';', ';')
    for _ = MARKS_KEPT + 1, count do marks = string.match(marks, '^[^;]*;(.*)$') end
    return '"' .. marks .. '"'
  end
  local fields = {}
  if #record.spent > 0 then
    for index, name in ipairs(counts) do
      local total = number_in(usage, name)
      for _, spent in ipairs(record.spent) do total = total + spent[name] end
      fields[index] = { name, integer(total) }
    end
    fields[#fields + 1] = { 'agents', agents_after(usage.agents) }
  end
  if type(record.mark) == 'string' then fields[#fields + 1] = { 'marks', marks_after(usage.marks) } end
  return fields
end
local function has_usage()
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
  local members = {}
  for index, field in ipairs(usage_fields({})) do
    members[index] = '"' .. field[1] .. '":' .. field[2]
  end
  return '{' .. table.concat(members, ',') .. '}'
end
local WRITERS_KEPT = 32
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
  local count = 0
  if at then
    local stop = string.find(writers, ';', at, true)
    writers = string.sub(writers, 1, at - 1) .. string.sub(writers, stop + 1)
  end
  if #writers > WRITERS_KEPT * SHORTEST_RECORD then
    count = select(2, string.gsub(writers, ';', ';'))
  end
  while count > WRITERS_KEPT do
    local time, stop = string.match(writers, '^[^:]*:%d+:([%d.]+);()')
    if not time or tonumber(now) - tonumber(time) < WRITER_SECONDS then break end
    writers = string.sub(writers, stop)
    count = count - 1
  end
  return writers .. writer .. ':' .. sequence .. ':' .. now .. ';'
end
local writer, sequence = ARGV[3], tonumber(ARGV[4])
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
  if session.state.ttl then redis.call('EXPIRE', key, integer(session.state.ttl)) end
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
  if session.state and present(session.state.ttl) then expire(session) end
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
  return done(session)
end
local CHANGES_KEPT = 16
local FIELDS = {
  'session_id', 'user_id', 'created_at', 'updated_at', 'metadata', 'messages', 'handoff_context', 'state',
  'operations', 'attributes', 'usage',
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
  local emptied = KEYS[2] and is_long(length) and emptied_json()
  if not emptied then return keep_first(0) end
  local time_left = redis.call('PTTL', key)
  move_to_trash(key, KEYS[2])
  redis.call('JSON.SET', key, '$', emptied)
  if time_left > 0 then redis.call('EXPIRE', key, integer(math.ceil(time_left / 1000))) end
end
local function with_trash(reply)
  if KEYS[2] and reply[1] == 'OK' then reply[6] = has_trash(KEYS[2]) and '1' or '0' end
  return reply
end
local function changes_json(changes, generation, lowest)
  local kept = {}
  for _, change in ipairs(type(changes) == 'table' and changes or {}) do
    if type(change) == 'table' and tonumber(change[1]) and tonumber(change[2]) then
      kept[#kept + 1] = '[' .. integer(change[1]) .. ',' .. integer(change[2]) .. ']'
    end
  end
  kept[#kept + 1] = '[' .. integer(generation) .. ',' .. integer(lowest) .. ']'
  return '[' .. table.concat(kept, ',', math.max(1, #kept - CHANGES_KEPT + 1)) .. ']'
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
local session, refusal = begin_write()
if not session then return with_trash(refusal) end
if not version_holds(session) then return { 'CONFLICT' } end
local length = redis.call('JSON.ARRLEN', key, '$.messages')[1]
if not length then return { 'CORRUPT', 'messages' } end
local kept = ARGV[14] == 'all' and 0 or math.max(0, length - tonumber(ARGV[14]))
local state = session.state
local start, wrong = new_history_start(state, kept)
if wrong then return wrong end
local entries = entries_from(18)
local metadata = { { 'message_count', integer(kept + #entries) } }
local changed = {}
if kept < length or start then
  state.generation = math.max(state.generation + 1, now_us)
  state.changes = changes_json(present(state.changes), state.generation, kept)
  changed = { { 'generation', integer(state.generation) }, { 'changes', state.changes } }
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
return with_trash(finish_write(session, metadata, changed))
`,
};

/** `lua/touch.lua`, where its comments are. */
export const touch: LuaScript = {
  name: 'touch',
  sha1: 'd25c9d1db92967a7aaecdb07c90f105fa78c0f5c',
  source: `local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local has_merge = ARGV[7] ~= '0'
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
local function integer(number)
  return string.format('%.0f', number)
end
local function state_json(state)
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
local SCHEMA = 1
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
    and not string.find(state.writers, '[^%w_:;.-]')
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
local LOST = { 'LOST' }
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
local OPERATION_SECONDS = 86400
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
local MARKS_KEPT = 16
local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil
local function usage_counts()
  return {
    'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
  }
end
local function usage_fields(usage, with_all_agents)
  local counts = usage_counts()
  local function number_in(counts, name)
    return type(counts) == 'table' and tonumber(counts[name]) or 0
  end
  local function counts_after(before, spent)
    local members = {}
    for index, name in ipairs(counts) do
      members[index] = '"' .. name .. '":' .. integer(number_in(before, name) + spent[name])
    end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function agents_after(before)
    local agents, members = {}, {}
    before = type(before) == 'table' and before or {}
    for name, counts in pairs(with_all_agents and before or {}) do
      if type(name) == 'string' then agents[name] = cjson.encode(counts) end
    end
    for _, spent in ipairs(record.spent) do
      local name = spent.agent
      if type(name) == 'string' then agents[name] = counts_after(before[name], spent) end
    end
    for name, json in pairs(agents) do members[#members + 1] = cjson.encode(name) .. ':' .. json end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function marks_after(before)
    local marks = type(before) == 'string' and not string.find(before, '[^%x:;]') and before or ''
    marks = marks .. record.mark .. ';'
    local _, count = string.gsub(marks, ';', ';')
    for _ = MARKS_KEPT + 1, count do marks = string.match(marks, '^[^;]*;(.*)$') end
    return '"' .. marks .. '"'
  end
  local fields = {}
  if #record.spent > 0 then
    for index, name in ipairs(counts) do
      local total = number_in(usage, name)
      for _, spent in ipairs(record.spent) do total = total + spent[name] end
      fields[index] = { name, integer(total) }
    end
    fields[#fields + 1] = { 'agents', agents_after(usage.agents) }
  end
  if type(record.mark) == 'string' then fields[#fields + 1] = { 'marks', marks_after(usage.marks) } end
  return fields
end
local function has_usage()
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
  local members = {}
  for index, field in ipairs(usage_fields({})) do
    members[index] = '"' .. field[1] .. '":' .. field[2]
  end
  return '{' .. table.concat(members, ',') .. '}'
end
local WRITERS_KEPT = 32
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
  local count = 0
  if at then
    local stop = string.find(writers, ';', at, true)
    writers = string.sub(writers, 1, at - 1) .. string.sub(writers, stop + 1)
  end
  if #writers > WRITERS_KEPT * SHORTEST_RECORD then
    count = select(2, string.gsub(writers, ';', ';'))
  end
  while count > WRITERS_KEPT do
    local time, stop = string.match(writers, '^[^:]*:%d+:([%d.]+);()')
    if not time or tonumber(now) - tonumber(time) < WRITER_SECONDS then break end
    writers = string.sub(writers, stop)
    count = count - 1
  end
  return writers .. writer .. ':' .. sequence .. ':' .. now .. ';'
end
local writer, sequence = ARGV[3], tonumber(ARGV[4])
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
  if session.state.ttl then redis.call('EXPIRE', key, integer(session.state.ttl)) end
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
  if session.state and present(session.state.ttl) then expire(session) end
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
  return done(session)
end
local session, refusal = load_session(ARGV[1], ARGV[2])
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
  sha1: '37bfeb93c776ecc9842c0d5574962d41177acdb6',
  source: `local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local has_merge = ARGV[7] ~= '0'
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
local function integer(number)
  return string.format('%.0f', number)
end
local function state_json(state)
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
local SCHEMA = 1
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
    and not string.find(state.writers, '[^%w_:;.-]')
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
local LOST = { 'LOST' }
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
local OPERATION_SECONDS = 86400
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
local MARKS_KEPT = 16
local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil
local function usage_counts()
  return {
    'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
  }
end
local function usage_fields(usage, with_all_agents)
  local counts = usage_counts()
  local function number_in(counts, name)
    return type(counts) == 'table' and tonumber(counts[name]) or 0
  end
  local function counts_after(before, spent)
    local members = {}
    for index, name in ipairs(counts) do
      members[index] = '"' .. name .. '":' .. integer(number_in(before, name) + spent[name])
    end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function agents_after(before)
    local agents, members = {}, {}
    before = type(before) == 'table' and before or {}
    for name, counts in pairs(with_all_agents and before or {}) do
      if type(name) == 'string' then agents[name] = cjson.encode(counts) end
    end
    for _, spent in ipairs(record.spent) do
      local name = spent.agent
      if type(name) == 'string' then agents[name] = counts_after(before[name], spent) end
    end
    for name, json in pairs(agents) do members[#members + 1] = cjson.encode(name) .. ':' .. json end
    return '{' .. table.concat(members, ',') .. '}'
  end
  local function marks_after(before)
    local marks = type(before) == 'string' and not string.find(before, '[^%x:;]') and before or ''
    marks = marks .. record.mark .. ';'
    local _, count = string.gsub(marks, ';', ';')
    for _ = MARKS_KEPT + 1, count do marks = string.match(marks, '^[^;]*;(.*)$') end
    return '"' .. marks .. '"'
  end
  local fields = {}
  if #record.spent > 0 then
    for index, name in ipairs(counts) do
      local total = number_in(usage, name)
      for _, spent in ipairs(record.spent) do total = total + spent[name] end
      fields[index] = { name, integer(total) }
    end
    fields[#fields + 1] = { 'agents', agents_after(usage.agents) }
  end
  if type(record.mark) == 'string' then fields[#fields + 1] = { 'marks', marks_after(usage.marks) } end
  return fields
end
local function has_usage()
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
  local members = {}
  for index, field in ipairs(usage_fields({})) do
    members[index] = '"' .. field[1] .. '":' .. field[2]
  end
  return '{' .. table.concat(members, ',') .. '}'
end
local WRITERS_KEPT = 32
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
  local count = 0
  if at then
    local stop = string.find(writers, ';', at, true)
    writers = string.sub(writers, 1, at - 1) .. string.sub(writers, stop + 1)
  end
  if #writers > WRITERS_KEPT * SHORTEST_RECORD then
    count = select(2, string.gsub(writers, ';', ';'))
  end
  while count > WRITERS_KEPT do
    local time, stop = string.match(writers, '^[^:]*:%d+:([%d.]+);()')
    if not time or tonumber(now) - tonumber(time) < WRITER_SECONDS then break end
    writers = string.sub(writers, stop)
    count = count - 1
  end
  return writers .. writer .. ':' .. sequence .. ':' .. now .. ';'
end
local writer, sequence = ARGV[3], tonumber(ARGV[4])
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
  if session.state.ttl then redis.call('EXPIRE', key, integer(session.state.ttl)) end
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
  if session.state and present(session.state.ttl) then expire(session) end
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
  return done(session)
end
local session, refusal = load_session(ARGV[1], ARGV[2])
if not session then return refusal end
if session.newer_schema then return schema_refusal(session) end
if not lock_refusal(session, token) then
  redis.call('JSON.SET', key, '$.state.lock', 'null')
  keep_alive(session)
end
return done(session)
`,
};
