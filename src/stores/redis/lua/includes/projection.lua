-- What a session is found by, as a hash beside it that a search index covers: see directory/session-index.ts.
-- It is never the truth, so whatever becomes of it, the write goes on; the index is told by HSET.
--   KEYS[4] the hash; left out, or the session's key, where none is kept
-- Fields: key, created, updated, expires (a time, or inf), and digests of texts: user, agents and attributes (several, with commas
-- between), parent. Attributes are those at the top that are texts, true or false.
--- @include "clock"
--- @include "projected-digest"

local projection = KEYS[4] ~= KEYS[1] and KEYS[4] or nil

local function nothing() end
local project, project_time, unproject = nothing, nothing, nothing

-- To define functions takes Redis time with each call of a script.
if projection then
  local function projected_names(names)
    local digests = {}
    for _, name in ipairs(type(names) == 'table' and names or {}) do
      if type(name) == 'string' then digests[#digests + 1] = projected_digest(name) end
    end
    return table.concat(digests, ',')
  end

  local function projected_attributes(attributes)
    local digests = {}
    for name, value in pairs(type(attributes) == 'table' and attributes or {}) do
      local kind = type(value)
      if type(name) == 'string' and (kind == 'string' or kind == 'boolean') then
        digests[#digests + 1] = projected_digest(name .. '\0' .. kind .. '\0' .. tostring(value))
      end
    end
    return table.concat(digests, ',')
  end

  local function projected_expiry(seconds)
    return string.format('%.3f', now_us / 1000000 + seconds)
  end

  function unproject()
    redis.pcall('UNLINK', projection)
  end

  local function project_all()
    local json = redis.call('JSON.GET', KEYS[1], '$.user_id', '$.created_at', '$.updated_at',
      '$.metadata.agents_used', '$.attributes', '$.fork.session_id')
    local found = cjson.decode(json)
    local created, updated = found['$.created_at'][1], found['$.updated_at'][1]
    if type(created) ~= 'number' then return unproject() end
    if type(updated) ~= 'number' then updated = created end
    local left = redis.call('PTTL', KEYS[1])
    redis.call('HSET', projection,
      'key', KEYS[1],
      'user', projected_digest(found['$.user_id'][1]),
      'agents', projected_names(found['$.metadata.agents_used'][1]),
      'attributes', projected_attributes(found['$.attributes'][1]),
      'parent', projected_digest(found['$.fork.session_id'][1]),
      'created', string.format('%.17g', created),
      'updated', string.format('%.17g', updated),
      'expires', left > 0 and projected_expiry(left / 1000) or 'inf')
    if left > 0 then
      redis.call('PEXPIRE', projection, left)
    else
      redis.call('PERSIST', projection)
    end
  end

  -- The whole of it, from the document.
  function project()
    pcall(project_all)
  end

  -- After an append that has changed nothing else of it.
  function project_time(now, expiry)
    local added
    if expiry then
      added = redis.pcall('HSET', projection, 'updated', now, 'expires', projected_expiry(expiry))
      redis.pcall('EXPIRE', projection, expiry)
    else
      added = redis.pcall('HSET', projection, 'updated', now)
    end
    -- It was not there.
    if added ~= 0 then project() end
  end
end
