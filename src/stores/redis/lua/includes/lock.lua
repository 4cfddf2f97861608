-- The lock of a session: while it is live, only the writes that carry its token go ahead.
--   live_lock(session)            gives the lock and the seconds that it still lives, or nil
--   lock_refusal(session, token)  gives nil, or the reply to send; token: what the write carries, or ''
--     LOCKED <milliseconds that the lock still lives> | LOST (the lock of that token is over)
--- @include "clock"
--- @include "expectation"

local LOST = { 'LOST' }

local function live_lock(session)
  local lock = session.state and present(session.state.lock)
  if type(lock) ~= 'table' or type(lock.token) ~= 'string' then return nil end
  if type(lock['until']) ~= 'number' then return nil end
  local left = lock['until'] - tonumber(now)
  if left <= 0 then return nil end
  return lock, left
end

local function locked(left)
  return { 'LOCKED', string.format('%.0f', math.ceil(left * 1000)) }
end

local function lock_refusal(session, token)
  local lock, left = live_lock(session)
  if token == '' then return lock and locked(left) or nil end
  if not lock or lock.token ~= token then return LOST end
  return nil
end
