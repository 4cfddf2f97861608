-- What a run did beside its entries: agents used, the current agent, tokens and usage.
--   record   what ARGV[10] of write.lua holds, or nil: { agents = { name, … }, current = name,
--            tokens = number, spent = { { agent = name, requests = number, … }, … }, mark = text }
-- Names of agents are data here and in the JSON that is written; none gets into a path.
--- @include "document"
--- @include "expectation"

local COUNTS = {
  'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
}
local MARKS_KEPT = 16

local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil

local function has_usage()
  return record ~= nil and (#record.spent > 0 or present(record.mark) ~= nil)
end

local function number_in(counts, name)
  return type(counts) == 'table' and tonumber(present(counts[name])) or 0
end

-- Adds what was spent to counts that are there, and gives all of them as JSON members.
local function counts_json(before, spent)
  local members = {}
  for index, name in ipairs(COUNTS) do
    members[index] = '"' .. name .. '":' .. integer(number_in(before, name) + spent[name])
  end
  return table.concat(members, ',')
end

local function total_of(spent)
  local total = {}
  for _, name in ipairs(COUNTS) do
    total[name] = 0
    for _, counts in ipairs(spent) do total[name] = total[name] + counts[name] end
  end
  return total
end

local function agents_json(before, spent)
  local members = {}
  for _, counts in ipairs(spent) do
    local name = present(counts.agent)
    if name then
      local known = type(before) == 'table' and before[name] or nil
      members[#members + 1] = cjson.encode(name) .. ':{' .. counts_json(known, counts) .. '}'
    end
  end
  return '{' .. table.concat(members, ',') .. '}'
end

local function marks_json(before, mark)
  local marks = type(before) == 'string' and not string.find(before, '[^%x:;]') and before or ''
  marks = marks .. mark .. ';'
  local _, count = string.gsub(marks, ';', ';')
  for _ = MARKS_KEPT + 1, count do marks = string.match(marks, '^[^;]*;(.*)$') end
  return '"' .. marks .. '"'
end

-- The fields of `usage` that the record changes, as lists of { field, JSON text }.
local function usage_fields(usage)
  local fields = {}
  if #record.spent > 0 then
    local total = total_of(record.spent)
    for index, name in ipairs(COUNTS) do
      fields[index] = { name, integer(number_in(usage, name) + total[name]) }
    end
    fields[#fields + 1] = { 'agents', agents_json(usage.agents, record.spent) }
  end
  if present(record.mark) then
    fields[#fields + 1] = { 'marks', marks_json(usage.marks, record.mark) }
  end
  return fields
end

-- For a server that cannot merge: the agents that are not in the record stay as well.
local function all_agents_json(usage)
  local agents = {}
  local before = type(usage.agents) == 'table' and usage.agents or {}
  for name, counts in pairs(before) do
    if type(name) == 'string' then agents[name] = cjson.encode(counts) end
  end
  for _, counts in ipairs(record.spent) do
    local name = present(counts.agent)
    if name then agents[name] = '{' .. counts_json(before[name], counts) .. '}' end
  end
  local members = {}
  for name, json in pairs(agents) do members[#members + 1] = cjson.encode(name) .. ':' .. json end
  return '{' .. table.concat(members, ',') .. '}'
end

-- Gives nil where the document has none, or something else in that place.
local function read_usage()
  if not has_usage() then return nil end
  local text = redis.call('JSON.GET', key, '$.usage')
  -- Not by what cjson makes of it, which is the same for an empty array.
  if string.sub(text, 1, 2) ~= '[{' then return nil end
  return cjson.decode(text)[1]
end

-- The agents of the record that the document does not know yet, as JSON texts.
local function new_agents(session)
  local used, added = {}, {}
  for _, name in ipairs(session and session.agents_used or {}) do used[name] = true end
  for _, name in ipairs(record and record.agents or {}) do
    if not used[name] then added[#added + 1] = cjson.encode(name) end
    used[name] = true
  end
  return added
end

-- Checks what a write of the record goes on to use, and gives the reply to send if that is wrong.
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

-- Adds agents to the document, and the other changes to the fields that finish_write writes.
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

-- Fields of later releases stay, and marks: a run that goes on has still been recorded so far.
local function reset_usage(session, metadata)
  session.tokens = 0
  if not record or record.tokens == 0 then metadata[#metadata + 1] = { 'total_tokens', '0' } end
  local usage = cjson.decode(redis.call('JSON.GET', key, '$.usage'))[1]
  if type(usage) ~= 'table' then return end
  for _, name in ipairs(COUNTS) do
    if usage[name] ~= nil then redis.call('JSON.SET', key, '$.usage.' .. name, '0') end
  end
  if usage.agents ~= nil then redis.call('JSON.SET', key, '$.usage.agents', '{}') end
  session.usage = read_usage()
end

-- The usage of a new session.
local function new_usage_json()
  if not has_usage() then return '{}' end
  local members = {}
  for index, field in ipairs(usage_fields({})) do
    members[index] = '"' .. field[1] .. '":' .. field[2]
  end
  return '{' .. table.concat(members, ',') .. '}'
end
