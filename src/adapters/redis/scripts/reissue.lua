-- KEYS: the row. ARGV: now, when it may be issued again after this.
local now = tonumber(ARGV[1])
local row = read_row()
-- Whether it is at its end comes first: nobody should wait for what will not come.
if not row or row.taken_at
  or number(row, 'expires_at') <= now
  or number(row, 'reissue_until') <= now
  or number(row, 'attempts') >= number(row, 'max_attempts')
  or number(row, 'issue') >= number(row, 'max_issues') then
  return { 'gone', 0, false }
end
local wait = number(row, 'resend_at') - now
if wait > 0 then
  return { 'too soon', wait, false }
end
redis.call('HINCRBY', KEYS[1], 'issue', 1)
redis.call('HSET', KEYS[1], 'resend_at', ARGV[2])
redis.call('HDEL', KEYS[1], 'mac', 'account_id', 'destination', 'credential_version')
return { 'again', 0, redis.call('HGETALL', KEYS[1]) }
