-- Says whether KEYS[1] holds a document; else gives what to reply as well: nil where there is nothing,
-- or TYPE <type>.
local function has_document()
  local kind = redis.call('TYPE', KEYS[1]).ok
  if kind == 'ReJSON-RL' then return true end
  if kind ~= 'none' then return false, { 'TYPE', kind } end
  -- Fails where the server has no JSON commands, which looks like having no sessions.
  redis.call('JSON.TYPE', KEYS[1])
  return false
end
