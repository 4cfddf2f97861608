-- What stores with other options than this one keep beside a session: where a life of it ends or begins, what it
-- was found by goes at once; of words of messages, where such go or change, the reply tells. No rights on their keys are
-- needed. So the keys are not declared, and it is asked first what the user may do (from Redis 7 on): what is
-- refused would stand in the server's ACL log.
--   kept_by_others(json)           the keys, of ARGV: words, projection; each can be missing, '' is none
--   forget_projection(kept)
--   telling_of_words(kept, reply)  gives the reply, with '1' at its ninth place where there are words

local PLACE_OF_WORDS = 9

local function kept_by_others(json)
  return json ~= '' and cjson.decode(json) or {}
end

local function may(...)
  return redis.acl_check_cmd ~= nil and redis.acl_check_cmd(...)
end

local function forget_projection(kept)
  local found_by = kept.projection
  if found_by and may('UNLINK', found_by) then redis.pcall('UNLINK', found_by) end
end

-- All that it takes to remove them.
local function may_forget(words)
  return may('HMGET', words, 'count') and may('HSET', words, 'count', '0') and may('UNLINK', words)
end

local function telling_of_words(kept, reply)
  local words = kept.words
  if not words or not may_forget(words) or redis.pcall('TYPE', words).ok ~= 'hash' then return reply end
  for place = #reply + 1, PLACE_OF_WORDS - 1 do reply[place] = '' end
  reply[PLACE_OF_WORDS] = '1'
  return reply
end
