-- KEYS: the row. ARGV: now.
local row = read_row()
if not row then
  return { 'unknown', false }
end
if row.taken_at then
  return { 'taken', false }
end
if number(row, 'expires_at') <= tonumber(ARGV[1]) then
  return { 'expired', false }
end
if number(row, 'attempts') >= number(row, 'max_attempts') then
  return { 'exhausted', false }
end
redis.call('HINCRBY', KEYS[1], 'attempts', 1)
return { 'counted', redis.call('HGETALL', KEYS[1]) }
