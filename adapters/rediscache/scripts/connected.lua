-- KEYS: generation, run. ARGV: the server's run id.
-- Removes a generation that was begun on another run of the server.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('SET', KEYS[2], ARGV[1])
end
return 1
