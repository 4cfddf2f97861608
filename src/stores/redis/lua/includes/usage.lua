-- What runs have spent, as the document keeps it.
--   record   what a run did, from ARGV[10] of write.lua, or nil: { agents = { name, … },
--            current = name, tokens = number, spent = { { agent = name, requests = number, … }, … },
--            mark = text }
-- Names of agents are data here and in the JSON that is written; none gets into a path.

local MARKS_KEPT = 16
local COUNTS_JSON = '"requests":%.0f,"input_tokens":%.0f,"output_tokens":%.0f,"total_tokens":%.0f,"cached_tokens":%.0f,"reasoning_tokens":%.0f'

local record = ARGV[10] ~= '' and cjson.decode(ARGV[10]) or nil

local function usage_counts()
  return {
    'requests', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_tokens', 'reasoning_tokens',
  }
end

local usage_members, usage_fields

-- To define functions takes Redis time with each call of a script.
if record then
  -- The members of `usage` that the record changes are made of these. Counts are printed all at once: to print
  -- them one by one took longer than all else that the script does for a turn.

  -- `before` is whatever the document has in that place.
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

  -- Gives nil where nothing was spent.
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

  -- Agents that are not in the record are among them only where they must be, on a server that cannot merge.
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

  -- Gives nil where the run has none. What the document has is text of anybody's until it is encoded; to look at
  -- each of its characters here took longer than the command that writes it.
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

  -- Gives the members of `usage` that the record changes, as JSON text without braces.
  function usage_members(usage)
    local all, marks = spent_in_all(), marks_json(usage.marks)
    local members = ''
    if all then members = counts_json(usage, all) .. ',"agents":' .. agents_json(usage.agents) end
    if not marks then return members end
    return members .. (all and ',' or '') .. '"marks":' .. marks
  end

  -- Gives the same as a list of { field, JSON text }.
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
