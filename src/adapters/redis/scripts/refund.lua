-- KEYS: one for each event to be undone. ARGV: for each, the time under which it was recorded.
-- Everything is read before anything is written: a script that fails is not rolled back.
local logs = {}
for number, key in ipairs(KEYS) do
  if not logs[key] then
    local log, forget_at = read_log(key)
    logs[key] = { log = log, forget_at = forget_at }
  end
  local log, at = logs[key].log, tonumber(ARGV[number])
  for place, entry in ipairs(log) do
    if entry.at == at then
      entry.count = entry.count - 1
      if entry.count == 0 then
        table.remove(log, place)
      end
      break
    end
  end
end
for key, row in pairs(logs) do
  if #row.log == 0 then
    redis.call('DEL', key)
  else
    -- When it may be forgotten stays as it was: the schedule is not known here, and later does no harm.
    redis.call('SET', key, decimal(row.forget_at) .. ' ' .. to_bytes(row.log), 'KEEPTTL')
  end
end
return 1
