-- KEYS: generation, entry. ARGV: token, position, value, milliseconds to live.
-- Sets an entry, unless its generation has ended, it is below the floor, or something newer is there.
-- Positions are compared as doubles, which are exact up to 2^53. Returns 1 when it was set.
local generation = redis.call('GET', KEYS[1])
if not generation then return 0 end
local token, floor = string.match(generation, '^(%w+):(%d+)$')
local position = tonumber(ARGV[2])
if not token then return 0 end -- it only begins
if token ~= ARGV[1] or position < tonumber(floor) then return 0 end

-- A tombstone counts in every generation, a value only in its own.
local of, there = string.match(redis.call('GETRANGE', KEYS[2], 0, 63), '^(%w*):(%d+):')
if there and (of == '' or of == token) and tonumber(there) > position then return 0 end

redis.call('SET', KEYS[2], ARGV[1] .. ':' .. ARGV[2] .. ':' .. ARGV[3], 'PX', ARGV[4])
return 1
