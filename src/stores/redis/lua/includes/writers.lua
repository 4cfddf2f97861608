-- Recognises a resend. Each writer numbers its writes; the document keeps each writer's last number
-- and time as `id:sequence:time;`, the most recent writer at the end.
--- @include "clock"

local WRITERS_KEPT = 32
local WRITER_SECONDS = 600
local SHORTEST_RECORD = #'0123456789abcdef:1:1795355268;'

-- Gives 'new' or 'gap', or 'repeat' and the time of the first one.
local function recognise(writers, writer, sequence)
  local at = string.find(writers, writer .. ':', 1, true)
  if not at then return sequence == 1 and 'new' or 'gap' end
  local last, time = string.match(writers, '^(%d+):([%d.]+);', at + #writer + 1)
  if tonumber(last) == sequence then return 'repeat', time end
  return tonumber(last) + 1 == sequence and 'new' or 'gap'
end

-- Gives the records with a new one in the place of the writer's last. Those past the number kept go,
-- oldest first, but none that a resend may still refer to.
local function record_write(writers, writer, sequence)
  local at = string.find(writers, writer .. ':', 1, true)
  if at then
    local stop = string.find(writers, ';', at, true)
    writers = string.sub(writers, 1, at - 1) .. string.sub(writers, stop + 1)
  end
  -- As many as are kept take more than that. Counting them takes longest, so it is done only for one that is old.
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
