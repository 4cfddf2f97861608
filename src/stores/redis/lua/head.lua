-- Reads everything of a document but its messages, and their number, at one moment.
-- Input: KEYS[1] session document; ARGV paths
-- Output: nil | TYPE <type> | HEAD <number of messages, or '' where they are no array> <JSON>
--- @include "document-kind"

local is_there, refusal = has_document()
if not is_there then return refusal end
local length = redis.call('JSON.ARRLEN', KEYS[1], '$.messages')[1]
return { 'HEAD', length and tostring(length) or '', redis.call('JSON.GET', KEYS[1], unpack(ARGV)) }
