-- What a document remembers of changes to entries that are there.
--- @include "changes-kept"
--- @include "clock"
--- @include "expectation"
--- @include "number"

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

-- Gives the state a new generation, from the lowest index on that was touched, and the fields to write.
local function new_generation(state, lowest)
  -- Never a plain counter: after a failover two masters would reach the same number.
  state.generation = math.max(state.generation + 1, now_us)
  state.changes = changes_json(present(state.changes), state.generation, lowest)
  return { { 'generation', integer(state.generation) }, { 'changes', state.changes } }
end
