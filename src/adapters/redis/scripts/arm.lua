-- KEYS: the row. ARGV: now, the issue, then names and values in turn.
local row = read_row()
if not row or row.taken_at or number(row, 'expires_at') <= tonumber(ARGV[1])
  or number(row, 'issue') ~= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return 1
