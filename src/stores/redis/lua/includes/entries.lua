-- New entries of `messages`, which come as JSON objects without a timestamp and without their last brace: to
-- cut it off here would copy each once more. Old ones that are put back come whole behind a '='.
--- @include "clock"
--- @include "expectation"

-- unpack() fails somewhere below 8,000 values.
local BATCH = 4000

local stamp = ',"timestamp":' .. now .. '}'

local function entry_json(text)
  if string.byte(text) == 61 then return string.sub(text, 2) end
  return text .. stamp
end

-- Gives the entries that stand in ARGV from an index on.
local function entries_from(first)
  local entries = {}
  for index = first, #ARGV do
    entries[#entries + 1] = entry_json(ARGV[index])
  end
  return entries
end

-- What the document's entries take after a write that kept a part of them, as JSON text; about, as those
-- that go are not read.
local function bytes_after(state, kept_part, entries)
  local bytes = math.floor((tonumber(state.bytes) or 0) * kept_part)
  for _, entry in ipairs(entries) do bytes = bytes + #entry end
  return bytes
end

-- Gives the new number of entries.
local function append_entries(entries, length)
  for first = 1, #entries, BATCH do
    local last = math.min(first + BATCH - 1, #entries)
    length = redis.call('JSON.ARRAPPEND', key, '$.messages', unpack(entries, first, last))[1]
  end
  return length
end
