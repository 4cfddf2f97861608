-- Makes what a session is found by anew, or removes it where there is no session.
-- Input: KEYS[1] session document   KEYS[2], KEYS[3] not used   KEYS[4] as projection.lua
-- Output: 1 | 0 (there is no session)
--- @include "projection"

if redis.call('TYPE', KEYS[1]).ok ~= 'ReJSON-RL' then
  unproject()
  return 0
end
project()
return 1
