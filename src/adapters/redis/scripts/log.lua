-- The log of the events of one key: a list of { at, count }, ascending in time. What is stored is when it may be
-- forgotten, in decimal, a space, and the bytes that ThrottleState::to_bytes writes. Times are milliseconds, and
-- exact: a double holds integers up to 2^53, and the greatest here are below 2^50.
local VERSION = 1
local MOST_ENTRIES = 66
local MOST_EVENTS = 4294967295
local FIRST_TIME, LAST_TIME = -377705116800000, 253402300799999

local function decimal(number)
  return string.format('%.0f', number)
end

local function damaged()
  error({ err = 'VESTIBULE_DAMAGED a throttle state cannot be read' })
end

local function push_number(parts, number)
  while number >= 128 do
    parts[#parts + 1] = string.char(number % 128 + 128)
    number = math.floor(number / 128)
  end
  parts[#parts + 1] = string.char(number)
end

local function to_bytes(log)
  local parts = { string.char(VERSION, #log) }
  for place, entry in ipairs(log) do
    local time
    if place > 1 then
      time = entry.at - log[place - 1].at
    elseif entry.at < 0 then
      time = -2 * entry.at - 1
    else
      time = 2 * entry.at
    end
    push_number(parts, time)
    push_number(parts, entry.count)
  end
  return table.concat(parts)
end

local function read_number(bytes, place)
  local number, factor = 0, 1
  for _ = 1, 10 do
    local byte = string.byte(bytes, place)
    if not byte then
      damaged()
    end
    place = place + 1
    number = number + byte % 128 * factor
    if byte < 128 then
      return number, place
    end
    factor = factor * 128
  end
  damaged()
end

local function from_bytes(bytes)
  local version, length = string.byte(bytes, 1, 2)
  if version and version ~= VERSION then
    error({ err = 'VESTIBULE_VERSION a throttle state was written by a later release' })
  end
  if not length or length > MOST_ENTRIES then
    damaged()
  end
  local log, place = {}, 3
  for number = 1, length do
    local time, count
    time, place = read_number(bytes, place)
    count, place = read_number(bytes, place)
    local at
    if number > 1 then
      at = log[number - 1].at + time
    elseif time % 2 == 0 then
      at = time / 2
    else
      at = -(time + 1) / 2
    end
    if count < 1 or count > MOST_EVENTS or at < FIRST_TIME or at > LAST_TIME
      or (number > 1 and time == 0) then
      damaged()
    end
    log[number] = { at = at, count = count }
  end
  -- One log has one encoding: this also refuses bytes at the end and numbers with needless zeros.
  if to_bytes(log) ~= bytes then
    damaged()
  end
  return log
end

-- The log at a key and when it may be forgotten; an empty log and nil where there is none.
local function read_log(key)
  local stored = redis.call('GET', key)
  if not stored then
    return {}, nil
  end
  local space = string.find(stored, ' ', 1, true)
  local forget_at = space and tonumber(string.sub(stored, 1, space - 1))
  if not forget_at then
    damaged()
  end
  return from_bytes(string.sub(stored, space + 1)), forget_at
end
