CREATE SCHEMA {schema};

-- What a message says, sealed, and how it stands: once, for as long as one side has it.
CREATE TABLE {schema}.message (
    position    bigint      PRIMARY KEY, -- of the event that sent it
    id          text        COLLATE "C" NOT NULL,
    sender      text        COLLATE "C" NOT NULL,
    recipient   text        COLLATE "C" NOT NULL,
    kind        text        COLLATE "C" NOT NULL,
    thread_id   text        COLLATE "C" NOT NULL,
    in_reply_to text        COLLATE "C" NOT NULL, -- empty: none
    subject     bytea       NOT NULL,             -- empty: none
    body        bytea       NOT NULL,
    topic       text        COLLATE "C" NOT NULL,
    about       text        COLLATE "C" NOT NULL,
    created_at  timestamptz NOT NULL,
    read_at     timestamptz,
    edited_at   timestamptz,
    edits       int         NOT NULL DEFAULT 0,
    version     bigint      NOT NULL -- position of the last event that both sides can see
) WITH (fillfactor = 90);

-- What is sealed does not get shorter by compressing.
ALTER TABLE {schema}.message ALTER COLUMN body SET STORAGE EXTERNAL;

-- Who has which message: a row for each side that sees it and has a key. A row comes and goes, and only
-- unread changes.
CREATE TABLE {schema}.mailbox (
    owner       text    COLLATE "C" NOT NULL,
    position    bigint  NOT NULL, -- the message's
    box         text    COLLATE "C" NOT NULL,
    counterpart text    COLLATE "C" NOT NULL, -- the other side; the owner, of a note
    thread      bigint  NOT NULL, -- position of the message that began it
    unread      boolean NOT NULL,
    key         bytea   NOT NULL, -- the message's, sealed for the owner
    PRIMARY KEY (owner, position)
);

-- What a message can be found by. Its lexemes are digests under the owner's key, so no two owners share one,
-- and without the key they are noise. Apart from mailbox, because a change of a row with a vector writes all
-- of its lexemes to the index anew; two vectors, because a message's subject changes without its body.
CREATE TABLE {schema}.mailbox_words (
    owner    text     COLLATE "C" NOT NULL,
    position bigint   NOT NULL, -- the message's
    subject  tsvector NOT NULL,
    body     tsvector NOT NULL,
    PRIMARY KEY (owner, position)
);

ALTER TABLE {schema}.mailbox_words ALTER COLUMN body SET STORAGE EXTERNAL;

-- What happened in a mailbox, for who follows it.
CREATE TABLE {schema}.mailbox_change (
    owner      text        COLLATE "C" NOT NULL,
    position   bigint      NOT NULL, -- the event's
    message    bigint      NOT NULL, -- the message's position
    message_id text        COLLATE "C" NOT NULL,
    type       text        COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (owner, position)
);

-- What a message said before it was changed, sealed with its key.
CREATE TABLE {schema}.message_edit (
    message     bigint      NOT NULL REFERENCES {schema}.message ON DELETE CASCADE,
    position    bigint      NOT NULL, -- of the event that changed it
    subject     bytea       NOT NULL,
    body        bytea       NOT NULL,
    written_at  timestamptz NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (message, position)
);
