-- KEYS: some logs. ARGV: a time. Removes those that may be forgotten by then, and says how many.
local removed = 0
for _, key in ipairs(KEYS) do
  -- A key that holds something else is left to whoever charges it: that is told what is wrong.
  local stored = redis.pcall('GET', key)
  local forget_at = type(stored) == 'string' and tonumber(string.match(stored, '^%-?%d+'))
  if forget_at and forget_at <= tonumber(ARGV[1]) then
    removed = removed + redis.call('UNLINK', key)
  end
end
return removed
