-- The server's clock: one source of time for all writers, whatever their own clocks say.
--   now      Unix seconds with six decimals, as JSON text
--   now_us   Unix microseconds

local clock = redis.call('TIME')
local now = clock[1] .. '.' .. string.format('%06d', clock[2])
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
