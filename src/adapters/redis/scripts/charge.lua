-- The mirror of src/throttle: `settle`, and what it is made of. tests/redis holds it to that.
-- KEYS: one for each charge. ARGV: now, how long a log is kept beyond its use, then for each charge the kind of its
-- schedule and four numbers.
local CLOCKS_DIFFER_BY = 3600000
local SPARE_EVENTS = 2

local now = tonumber(ARGV[1])

local function read_schedule(place)
  local a, b = tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2])
  local c, d = tonumber(ARGV[place + 3]), tonumber(ARGV[place + 4])
  if ARGV[place] == 'window' then
    return { window = true, limit = a, memory = b, granule = c }
  elseif ARGV[place] == 'back off' then
    return { back_off = true, free = a, first = b, longest = c, memory = d, granule = 1 }
  end
  return { ceiling = true, limit = a, memory = b, granule = c }
end

-- The time under which an event at `now` is recorded.
local function recorded(schedule)
  return now + (-now) % schedule.granule
end

local function is_gap(schedule, earlier, later)
  return later - earlier >= schedule.memory + schedule.granule - 1
end

local function is_from_a_wrong_clock(schedule, log)
  return #log > 0 and log[#log].at - now > math.max(schedule.memory, CLOCKS_DIFFER_BY)
end

local function nth_latest(log, n)
  local events = 0
  for place = #log, 1, -1 do
    events = events + log[place].count
    if events >= n then
      return log[place].at
    end
  end
end

-- The number of events up to the latest between which nothing was forgotten; nil where that has been itself.
local function latest_run(schedule, log)
  if #log == 0 or now - log[#log].at >= schedule.memory then
    return nil
  end
  local earliest, events = log[#log].at, 0
  for place = #log, 1, -1 do
    if is_gap(schedule, log[place].at, earliest) then
      break
    end
    earliest = log[place].at
    events = events + log[place].count
  end
  return events
end

-- How long to wait, 0 for not at all, or nil for one that is stopped.
local function decide(schedule, log)
  if is_from_a_wrong_clock(schedule, log) then
    return 0
  end
  if schedule.window then
    local at = nth_latest(log, schedule.limit)
    return at and math.max(math.min(at, recorded(schedule)) + schedule.memory - now, 0) or 0
  end
  local events = latest_run(schedule, log)
  if schedule.ceiling then
    if events and events >= schedule.limit then
      return nil
    end
    return 0
  end
  if not events or events <= schedule.free then
    return 0
  end
  local wait = math.min(schedule.first * 2 ^ (events - schedule.free - 1), schedule.longest)
  return math.max(math.min(log[#log].at, now) + wait - now, 0)
end

local function shorten(schedule, log)
  if schedule.window then
    local events = 0
    for _, entry in ipairs(log) do
      events = events + entry.count
    end
    local needless = 0
    for _, entry in ipairs(log) do
      events = events - entry.count
      if events < schedule.limit + SPARE_EVENTS then
        break
      end
      needless = needless + 1
    end
    for _ = 1, math.max(needless, #log - MOST_ENTRIES) do
      table.remove(log, 1)
    end
    return
  end
  while #log > MOST_ENTRIES do
    local oldest = table.remove(log, 1)
    if not is_gap(schedule, oldest.at, log[1].at) then
      log[1].count = math.min(log[1].count + oldest.count, MOST_EVENTS)
    end
  end
end

-- Counts one event in a log, and returns the log with the time under which it was recorded.
local function with_event(schedule, log)
  if #log > 0 and not schedule.window and now - log[#log].at >= schedule.memory then
    log = {}
  end
  if is_from_a_wrong_clock(schedule, log) then
    log = {}
  end
  local latest = log[#log]
  local at = math.min(math.max(recorded(schedule), latest and latest.at or FIRST_TIME), LAST_TIME)
  if latest and latest.at == at then
    latest.count = math.min(latest.count + 1, MOST_EVENTS)
  else
    log[#log + 1] = { at = at, count = 1 }
  end
  shorten(schedule, log)
  return log, at
end

local function events_in(log)
  local events = 0
  for _, entry in ipairs(log) do
    events = events + entry.count
  end
  return events
end

-- Everything is read and decided before anything is written: a script that fails is not rolled back.
local settled, entries, longest_wait = {}, {}, 0
for number, key in ipairs(KEYS) do
  local schedule = read_schedule(5 * number - 2)
  local log = settled[key] and settled[key].log or read_log(key)
  local wait = decide(schedule, log)
  if not wait then
    return { 'stopped' }
  end
  longest_wait = math.max(longest_wait, wait)
  local at
  log, at = with_event(schedule, log)
  entries[#entries + 1] = at
  entries[#entries + 1] = events_in(log)
  settled[key] = { log = log, forget_at = math.min(log[#log].at + schedule.memory, LAST_TIME) }
end
if longest_wait > 0 then
  return { 'wait', longest_wait }
end
for key, row in pairs(settled) do
  local time_to_live = math.max(row.forget_at - now, 0) + tonumber(ARGV[2])
  redis.call('SET', key, decimal(row.forget_at) .. ' ' .. to_bytes(row.log), 'PX', decimal(time_to_live))
end
return { 'allowed', unpack(entries) }
