-- KEYS: generation, entry. ARGV: position, milliseconds to live.
-- Leaves a tombstone, which is an entry of no generation and without a value, unless what is there
-- is as new as the change.
local of, there = string.match(redis.call('GETRANGE', KEYS[2], 0, 63), '^(%w*):(%d+):')
if there and tonumber(there) >= tonumber(ARGV[1]) then
  if of == '' then return 0 end
  local generation = redis.call('GET', KEYS[1])
  if generation and string.match(generation, '^(%w+):') == of then return 0 end
end
redis.call('SET', KEYS[2], ':' .. ARGV[1] .. ':', 'PX', ARGV[2])
return 1
