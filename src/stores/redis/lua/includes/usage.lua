-- What runs have spent, as the document keeps it.
--   record   what a run did, from ARGV[10] of write.lua, or nil: { agents = { name, … },
--            current = name, tokens = number, spent = { { agent = name, requests = number, … }, … },
--            mark = text }
-- Names of agents are data here and in the JSON that is written; none gets into a path.
--- @include "number"

local MARKS_KEPT = 16

local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil

local function usage_counts()
  return {
    'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
  }
end

-- Gives the fields of `usage` that the record changes, as lists of { field, JSON text }. Agents that are
-- not in the record are among them only where they must be, on a server that cannot merge.
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
