-- The JSON text of a new document and of its state.
--- @include "clock"
--- @include "number"

local function state_json(state)
  return '{"schema":1,"incarnation":"' .. state.incarnation
    .. '","ttl":' .. (state.ttl and integer(state.ttl) or 'null')
    .. ',"generation":' .. integer(state.generation)
    .. ',"changes":' .. (state.changes or '[]')
    .. ',"history_start":' .. (type(state.history_start) == 'string' and state.history_start or 'null')
    .. ',"writers":"' .. state.writers
    .. '","lock":' .. (state.lock_json or 'null')
    .. ',"bytes":' .. integer(tonumber(state.bytes) or 0) .. '}'
end

-- session_id, user_id, agent, handoff, attributes and usage are JSON texts, agents is a list of such;
-- all but the first two may be nil.
local function document_json(fields)
  return '{"session_id":' .. fields.session_id
    .. ',"user_id":' .. fields.user_id
    .. ',"created_at":' .. now .. ',"updated_at":' .. now
    .. ',"metadata":{"current_agent":' .. (fields.agent or 'null')
    .. ',"agents_used":[' .. table.concat(fields.agents or {}, ',')
    .. '],"message_count":' .. integer(#fields.entries)
    .. ',"total_tokens":' .. integer(fields.tokens)
    .. '},"messages":[' .. table.concat(fields.entries, ',')
    .. '],"handoff_context":' .. (fields.handoff or 'null')
    .. ',"state":' .. state_json(fields.state)
    .. ',"operations":' .. (fields.operations or '{}')
    .. ',"attributes":' .. (fields.attributes or '{}')
    .. ',"usage":' .. (fields.usage or '{}')
    .. '}'
end
