-- Reads what a path names, unless that is long work, in which the server answers nobody else.
-- Input: KEYS[1] session document; ARGV[1] most messages; ARGV[2] most bytes that the server keeps of the
--   document; ARGV[3...] paths
-- Output: nil | TYPE <type> | LONG | FOUND <JSON>
--- @include "document-kind"

local is_there, refusal = has_document()
if not is_there then return refusal end
-- To ask for the bytes of many messages is long work, too.
local length = redis.call('JSON.ARRLEN', KEYS[1], '$.messages')[1]
if length and length > tonumber(ARGV[1]) then return { 'LONG' } end
-- Not every user may ask.
local memory = redis.pcall('JSON.DEBUG', 'MEMORY', KEYS[1], '$')
local bytes = type(memory) == 'table' and memory[1]
if type(bytes) ~= 'number' or bytes > tonumber(ARGV[2]) then return { 'LONG' } end
return { 'FOUND', redis.call('JSON.GET', KEYS[1], unpack(ARGV, 3)) }
