-- Remembers operation ids, so that an operation which a caller repeats is applied once, whichever
-- process repeats it. Kept as "<digest of the id>": "<digest of what it did>:<time>".
--- @include "clock"
--- @include "expectation"

local OPERATION_SECONDS = 86400
local OPERATIONS_KEPT = 4096
local PRUNE_EVERY = 256

-- Both digests are hexadecimal: no text of a caller gets into the path.
local function operation_path(id)
  return '$.operations["' .. id .. '"]'
end

local function operation_json(digest)
  return '"' .. digest .. ':' .. now .. '"'
end

-- Gives 'new', 'mismatch', or 'repeat' and the time of the first one.
local function recognise_operation(id, digest)
  local found = redis.call('JSON.GET', key, operation_path(id))
  local value = cjson.decode(found)[1]
  if value == nil then return 'new' end
  local known, time = string.match(tostring(value), '^(%x+):([%d.]+)$')
  if known ~= digest then return 'mismatch' end
  return 'repeat', time
end

-- Those older than a day go; of a multitude of younger ones, the oldest.
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
