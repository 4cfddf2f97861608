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
--- @include "usage"
--- @include "writers"

local QUICK_ENTRIES = 1000

local function quick_append()
  local seen, token = ARGV[1], ARGV[11]
  local count = #ARGV - 17
  local is_plain = seen ~= '' and ARGV[7] == '1' and ARGV[8] == '' and ARGV[14] == ''
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
  local incarnation, ttl, writers, lock = string.match(found,
    '^%[{"schema":1,"incarnation":"(%x+)","ttl":(%w+),"generation":%d+,"changes":[%[%]%d,]*,"history_start":[^w]*"writers":"([%w_:;.-]*)","lock":()')
  if incarnation ~= seen or recognise(writers, ARGV[3], tonumber(ARGV[4])) ~= 'new' then return nil end

  local bytes, metadata
  if token == '' then
    bytes, metadata = string.match(found, '^null,"bytes":(%d+)},()', lock)
  else
    local held, lease
    held, lease, bytes, metadata =
      string.match(found, '^{"token":"(%x+)","until":([%d.]+)},"bytes":(%d+)},()', lock)
    if held ~= token or tonumber(lease) <= tonumber(now) then return nil end
  end
  if not bytes then return nil end
  local current, agents, tokens, spent = string.match(found,
    '^{"current_agent":("?[^"\\]*"?),"agents_used":(%b[]),"message_count":%d+,"total_tokens":(%d+)},[%d.]+,"[^"\\]*"(.*)%]$', metadata)
  if not current or (record and string.sub(spent, 1, 2) ~= ',{') then return nil end

  local expiry, new_ttl = ttl ~= 'null' and ttl, ''
  if expiry and not (tonumber(expiry) and tonumber(expiry) >= 1 and tonumber(expiry) < 2147483648) then
    return nil
  end
  if ARGV[6] ~= '' then
    expiry = ARGV[6]
    if ttl ~= expiry then new_ttl = ',"ttl":' .. expiry end
  end

  local run, usage = '', ''
  if record then
    local used = {}
    for _, name in ipairs(cjson.decode(agents)) do used[name] = true end
    for _, name in ipairs(record.agents) do
      if not used[name] then return nil end
    end
    if record.tokens > 0 then
      run = ',"total_tokens":' .. integer(tokens + record.tokens)
    end
    if type(record.current) == 'string' and cjson.encode(record.current) ~= current then
      run = run .. ',"current_agent":' .. cjson.encode(record.current)
    end
    spent = cjson.decode(string.sub(spent, 2))
    local members = usage_fields(spent)
    for index, field in ipairs(members) do members[index] = '"' .. field[1] .. '":' .. field[2] end
    if #members > 0 then usage = ',"usage":{' .. table.concat(members, ',') .. '}' end
  end

  local stamp = ',"timestamp":' .. now .. '}'
  local entries = {}
  for index = 1, count do
    local entry = string.sub(ARGV[17 + index], 1, -2) .. stamp
    entries[index] = entry
    bytes = bytes + #entry
  end
  -- The first of the writes; it changes nothing where there is no array.
  local length = redis.pcall('JSON.ARRAPPEND', KEYS[1], '.messages', unpack(entries))
  if type(length) ~= 'number' then return nil end
  bytes = integer(bytes)
  writers = record_write(writers, ARGV[3], ARGV[4])
  local merged = redis.pcall('JSON.MERGE', KEYS[1], '$', '{"updated_at":' .. now
    .. ',"metadata":{"message_count":' .. length .. run
    .. '},"state":{"writers":"' .. writers .. '","bytes":' .. bytes .. new_ttl .. '}' .. usage .. '}')
  if type(merged) == 'table' and merged.err then
    local state = { incarnation = seen, ttl = tonumber(expiry), writers = writers, bytes = bytes }
    return nil, {
      state = state, length = length, tokens = tonumber(tokens), new_agents = {}, usage = record and spent,
    }
  end
  if expiry then redis.call('EXPIRE', KEYS[1], expiry) end
  return { 'OK', seen, now, '1', '0', '0', bytes }
end
