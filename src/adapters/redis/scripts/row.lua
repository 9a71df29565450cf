-- The row at KEYS[1] by the names of its fields, or nil where there is none.
local function read_row()
  local flat = redis.call('HGETALL', KEYS[1])
  if #flat == 0 then
    return nil
  end
  local row = {}
  for place = 1, #flat, 2 do
    row[flat[place]] = flat[place + 1]
  end
  return row
end

-- A field that every row has. Times are milliseconds, and exact: a double holds integers up to 2^53.
local function number(row, name)
  local value = tonumber(row[name])
  if not value then
    error({ err = 'VESTIBULE_DAMAGED a row of codes lacks the number ' .. name })
  end
  return value
end
