-- +goose Up

-- What people began by signing in. None of it is a fact of the journal: losing it signs everybody out,
-- and that is all. Of a refresh token only the SHA-256 is kept; it has 256 random bits, so that needs no
-- salt.
CREATE TABLE sessions (
    created_at   timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    version      bigint      NOT NULL,  -- the person's session version when it began
    id           text        COLLATE "C" NOT NULL PRIMARY KEY,
    user_id      text        COLLATE "C" NOT NULL
);

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at); -- for the sweep

-- The refresh tokens of a session: one that is good, and those that were used before it.
CREATE TABLE refresh_tokens (
    issued_at  timestamptz NOT NULL,
    used_at    timestamptz,
    digest     bytea       NOT NULL PRIMARY KEY,
    session_id text        COLLATE "C" NOT NULL REFERENCES sessions ON DELETE CASCADE
);

CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id); -- for the cascade
CREATE INDEX refresh_tokens_age ON refresh_tokens (issued_at);      -- for the sweep

-- When the keys of services were last used, to the minute: for who wonders whether one can be revoked.
CREATE TABLE api_key_uses (
    used_at timestamptz NOT NULL,
    key_id  text        COLLATE "C" NOT NULL PRIMARY KEY
) WITH (fillfactor = 70);
