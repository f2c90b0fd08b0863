SELECT reactor, position, at, reason, actor FROM reactor_skip WHERE $1 = '' OR reactor = $1 ORDER BY reactor, position
