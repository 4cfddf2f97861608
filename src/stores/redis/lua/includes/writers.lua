-- Recognises a resend. Each writer numbers its writes; the document keeps each writer's last number
-- and time as `id:sequence:time;`, the most recent writer at the end.
--- @include "clock"

local WRITERS_KEPT = 32
local WRITER_SECONDS = 600

-- Gives 'new' or 'gap', or 'repeat' and the time of the first one.
local function recognise(writers, writer, sequence)
  local at = string.find(writers, writer .. ':', 1, true)
  if not at then return sequence == 1 and 'new' or 'gap' end
  local last, time = string.match(writers, '^(%d+):([%d.]+);', at + #writer + 1)
  if tonumber(last) == sequence then return 'repeat', time end
  return tonumber(last) + 1 == sequence and 'new' or 'gap'
end

local function without_writer(writers, writer)
  local at = string.find(writers, writer .. ':', 1, true)
  if not at then return writers end
  local stop = string.find(writers, ';', at, true)
  return string.sub(writers, 1, at - 1) .. string.sub(writers, stop + 1)
end

-- Records past the number kept go, oldest first, but none that a resend may still refer to.
local function without_old_writers(writers)
  local _, count = string.gsub(writers, ';', ';')
  while count > WRITERS_KEPT do
    local time, stop = string.match(writers, '^[^:]*:%d+:([%d.]+);()')
    if not time or tonumber(now) - tonumber(time) < WRITER_SECONDS then return writers end
    writers = string.sub(writers, stop)
    count = count - 1
  end
  return writers
end

local function record_write(writers, writer, sequence)
  return without_old_writers(without_writer(writers, writer))
    .. writer .. ':' .. sequence .. ':' .. now .. ';'
end
