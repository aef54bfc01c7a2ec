-- A sandbox that was made ahead, for whoever comes next. One that a lease names is taken and is never given again.
CREATE TABLE sandbox (
    -- The engine's id of the container.
    container TEXT PRIMARY KEY,
    -- The name that the container's label carries.
    name      TEXT NOT NULL UNIQUE,
    -- What it is made of: image and limits. One of another recipe is not given out.
    recipe    TEXT NOT NULL,
    made_at   INTEGER NOT NULL,
    -- Its supervisor ends it at this time unless a lease takes it.
    ends_at   INTEGER NOT NULL
) STRICT;

-- No two leases, living or ended, ever had the same sandbox.
CREATE UNIQUE INDEX lease_container ON lease (container) WHERE container IS NOT NULL;

-- Learners who will come: sandboxes are made ahead of them.
CREATE TABLE announcement (
    id        TEXT PRIMARY KEY,
    -- How many learners.
    number    INTEGER NOT NULL CHECK (number > 0),
    starts_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL CHECK (ends_at > starts_at),
    note      TEXT NOT NULL DEFAULT ''
) STRICT;
