-- KEYS: the row. ARGV: its time to live in milliseconds, then names and values in turn.
-- HSETNX comes first: where there is something else at the key, it fails before anything is written.
if redis.call('HSETNX', KEYS[1], 'issue', 1) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
