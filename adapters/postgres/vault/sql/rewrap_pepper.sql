-- The pepper never changes, only what wraps it.
UPDATE pepper SET master = $1, wrapped = $2 WHERE master <> $1
