-- KEYS: the row. ARGV: now, the issue.
-- Neither expiry nor tries matter any more: they were looked at when the try was counted.
local row = read_row()
if not row or row.taken_at or number(row, 'issue') ~= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], 'taken_at', ARGV[1])
return 1
