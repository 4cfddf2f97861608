-- What stands in hashes for a text; empty for what is none. As projectedDigest makes it.
local function projected_digest(text)
  return type(text) == 'string' and string.sub(redis.sha1hex(text), 1, 16) or ''
end
