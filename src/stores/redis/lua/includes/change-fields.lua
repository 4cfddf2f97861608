-- Changes fields of the document: in one command where the server has JSON.MERGE, which ARGV[7] of
-- write.lua says, or else one by one. A server that should have it can be without: the right to it was
-- taken away, or another server has taken over.
--- @include "clock"

local has_merge = ARGV[7] ~= '0'
local has_merged = ARGV[7] == '1'

local function merge_state()
  if not has_merge then return '0' end
  return has_merged and '1' or '?'
end

-- groups: lists of { name = text, fields = { { field, JSON text }, … } }; no text may be null, which
-- would delete. without_merge() is told when they are to be written one by one, and can change them.
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
