-- KEYS: generation. ARGV: token, floor.
-- Gives a generation that begins its floor. Does nothing where it is no longer the one that begins.
if redis.call('GET', KEYS[1]) ~= ARGV[1] .. ':' then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2])
return 1
