-- What a run did beside its entries: agents used, the current agent, tokens and usage; `record` is that
-- of usage.lua.
--- @include "document"
--- @include "expectation"
--- @include "usage"

local function has_usage()
  return record ~= nil and (#record.spent > 0 or present(record.mark) ~= nil)
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
  for _, name in ipairs(usage_counts()) do
    if usage[name] ~= nil then redis.call('JSON.SET', key, '$.usage.' .. name, '0') end
  end
  if usage.agents ~= nil then redis.call('JSON.SET', key, '$.usage.agents', '{}') end
  session.usage = read_usage()
end

-- The usage of a new session.
local function new_usage_json()
  if not has_usage() then return '{}' end
  return '{' .. usage_members({}) .. '}'
end
