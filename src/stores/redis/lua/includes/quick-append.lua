-- What most appends are, before all the rest: entries, and what a run did, for a session that the
-- caller has seen, by a writer that goes on as expected. It refuses nothing. Whatever is not as plain as
-- that goes on, unchanged, to the rest of the script; to define only the functions that it has takes
-- Redis longer than all of this. The head is not decoded, but matched as our own writes print it, for the
-- same reason.
-- `quick-append.test.ts` holds it to the rest.
--   quick_append()  gives the reply; or nil; or nil and the session that was appended to, where the
--     server turned out not to merge: its other fields are still to be written
--- @include "clock"
--- @include "number"
--- @include "projection"
--- @include "usage"
--- @include "writers"

local QUICK_ENTRIES = 1000

local function quick_append()
  local seen, token = ARGV[1], ARGV[11]
  local count = #ARGV - 18
  local is_plain = seen ~= '' and ARGV[7] ~= '?' and ARGV[8] == '' and ARGV[14] == ''
    and ARGV[15] == '' and ARGV[16] == '' and count > 0 and count <= QUICK_ENTRIES
  if not is_plain then return nil end

  -- The values of one path come in the order in which it names them; those of several paths in any.
  local found
  if record then
    found = redis.pcall('JSON.GET', KEYS[1], '$["state","metadata","created_at","user_id","usage"]')
  else
    found = redis.pcall('JSON.GET', KEYS[1], '$["state","metadata","created_at","user_id"]')
  end
  if type(found) ~= 'string' then return nil end
  local start = '[{"schema":1,"incarnation":"' .. seen .. '","ttl":'
  if string.sub(found, 1, #start) ~= start or string.find(seen, '%X') then return nil end
  local ttl, at = string.match(found, '^(%w+),"generation":%d+,"changes":%[()', #start + 1)
  -- Quotes within a text are escaped, so this is found in none; nor is what follows it here in an object within.
  local _, before = string.find(found, '"writers":"', at, true)
  local after = before and string.find(found, '"', before + 1, true)
  if not ttl or not after then return nil end
  local writers = string.sub(found, before + 1, after - 1)
  if string.find(writers, '\\', 1, true) then return nil end
  if recognise(writers, ARGV[3], tonumber(ARGV[4])) ~= 'new' then return nil end

  local bytes, metadata
  if token == '' then
    bytes, metadata = string.match(found, '^,"lock":null,"bytes":(%d+)},()', after + 1)
  else
    local held, lease
    held, lease, bytes, metadata = string.match(found,
      '^,"lock":{"token":"(%x+)","until":([%d.]+)},"bytes":(%d+)},()', after + 1)
    if held ~= token or tonumber(lease) <= tonumber(now) then return nil end
  end
  if not bytes then return nil end
  local current, agents, tokens, last = string.match(found,
    '^{"current_agent":("?[^"\\]*"?),"agents_used":(%b[]),"message_count":%d+,"total_tokens":(%d+)},[%d.]+,"[^"\\]*"()', metadata)
  if not current or string.sub(found, last, last + 1) ~= (record and ',{' or ']') then return nil end

  local expiry, new_ttl = ttl ~= 'null' and ttl, ''
  if expiry and not (tonumber(expiry) and tonumber(expiry) >= 1 and tonumber(expiry) < 2147483648) then
    return nil
  end
  if ARGV[6] ~= '' then
    expiry = ARGV[6]
    if ttl ~= expiry then new_ttl = ',"ttl":' .. expiry end
  end

  local has_merge = ARGV[7] == '1'
  local run, usage, spent = '', '', nil
  -- Names and JSON texts, where there is no JSON.MERGE.
  local fields = {}
  if record then
    local is_json, known, before_it = pcall(function()
      return cjson.decode(agents), cjson.decode(string.sub(found, last + 1, -2))
    end)
    if not is_json then return nil end
    spent = before_it
    local used = {}
    for _, name in ipairs(known) do used[name] = true end
    for _, name in ipairs(record.agents) do
      if not used[name] then return nil end
    end
    if record.tokens > 0 then
      local total = integer(tokens + record.tokens)
      run = ',"total_tokens":' .. total
      fields = { 'metadata.total_tokens', total }
    end
    local new_current = type(record.current) == 'string' and cjson.encode(record.current) or current
    if new_current ~= current then
      run = run .. ',"current_agent":' .. new_current
      fields[#fields + 1] = 'metadata.current_agent'
      fields[#fields + 1] = new_current
    end
    if has_merge then
      local members = usage_members(spent)
      if members ~= '' then usage = ',"usage":{' .. members .. '}' end
    else
      local changed, members, names = usage_fields(spent, true), {}, {}
      for index, field in ipairs(changed) do
        members[index] = '"' .. field[1] .. '":' .. field[2]
        names[field[1]] = true
      end
      if changed[1] then
        -- Written at once, which must drop nothing.
        for name in pairs(spent) do
          if not names[name] then return nil end
        end
        fields[#fields + 1] = 'usage'
        fields[#fields + 1] = '{' .. table.concat(members, ',') .. '}'
      end
    end
  end

  local stamp = ',"timestamp":' .. now .. '}'
  local entries = {}
  for index = 1, count do
    local entry = ARGV[18 + index] .. stamp
    entries[index] = entry
    bytes = bytes + #entry
  end
  -- The first of the writes; it changes nothing where there is no array.
  local length = redis.pcall('JSON.ARRAPPEND', KEYS[1], '.messages', unpack(entries))
  if type(length) ~= 'number' then return nil end
  bytes = integer(bytes)
  writers = record_write(writers, ARGV[3], ARGV[4])
  if has_merge then
    local merged = redis.pcall('JSON.MERGE', KEYS[1], '$', '{"updated_at":' .. now
      .. ',"metadata":{"message_count":' .. length .. run
      .. '},"state":{"writers":"' .. writers .. '","bytes":' .. bytes .. new_ttl .. '}' .. usage .. '}')
    if type(merged) == 'table' and merged.err then
      local state = { incarnation = seen, ttl = tonumber(expiry), writers = writers, bytes = bytes }
      return nil, {
        state = state, length = length, tokens = tonumber(tokens), new_agents = {}, usage = record and spent,
      }
    end
  else
    redis.call('JSON.SET', KEYS[1], '$.updated_at', now)
    redis.call('JSON.SET', KEYS[1], '$.metadata.message_count', length)
    redis.call('JSON.SET', KEYS[1], '$.state.writers', '"' .. writers .. '"')
    redis.call('JSON.SET', KEYS[1], '$.state.bytes', bytes)
    if new_ttl ~= '' then redis.call('JSON.SET', KEYS[1], '$.state.ttl', expiry) end
    for index = 1, #fields, 2 do
      redis.call('JSON.SET', KEYS[1], '$.' .. fields[index], fields[index + 1])
    end
  end
  if expiry then redis.call('EXPIRE', KEYS[1], expiry) end
  project_time(now, expiry)
  return { 'OK', seen, now, ARGV[7], '0', '0', bytes }
end
