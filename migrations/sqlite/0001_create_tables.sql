-- Secrets that the server makes for itself, e.g. the key that signs cookies.
CREATE TABLE server_secret (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- A learner; anonymous until accounts come. Known by a signed cookie.
CREATE TABLE learner (
    id         TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
) STRICT;

-- The right to one sandbox until a time. `state` is domain::lease::LeaseState.
CREATE TABLE lease (
    id            TEXT PRIMARY KEY,
    learner       TEXT NOT NULL REFERENCES learner (id),
    -- NULL for a free sandbox, without an exercise.
    exercise      TEXT,
    state         TEXT NOT NULL CHECK (state IN ('queued', 'starting', 'ready', 'ended')),
    -- The engine's id of the container, once created.
    container     TEXT,
    -- The lease's own secret and random word, put into starter files and checks.
    canary        TEXT NOT NULL,
    nonce         TEXT NOT NULL,
    -- Unguessable label of the preview's host name.
    preview_label TEXT NOT NULL UNIQUE,
    created_at    INTEGER NOT NULL,
    ready_at      INTEGER,
    -- The supervisor ends the sandbox at this time whatever happens to the server.
    expires_at    INTEGER NOT NULL,
    extensions    INTEGER NOT NULL DEFAULT 0,
    ended_at      INTEGER,
    end_reason    TEXT
) STRICT;

-- One living lease per learner and exercise.
CREATE UNIQUE INDEX lease_alive ON lease (learner, coalesce(exercise, '')) WHERE state <> 'ended';
CREATE INDEX lease_by_state ON lease (state, created_at);

-- One press of Check. `verdict` is domain::verdict::Verdict, `evidence` a list of {check, evidence}, both JSON.
CREATE TABLE attempt (
    id         TEXT PRIMARY KEY,
    learner    TEXT NOT NULL REFERENCES learner (id),
    exercise   TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    lease      TEXT NOT NULL REFERENCES lease (id),
    number     INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('running', 'graded', 'abandoned')),
    started_at INTEGER NOT NULL,
    graded_at  INTEGER,
    verdict    TEXT,
    evidence   TEXT,
    -- SHA-256 over the archives that were judged, in the order of their checks.
    artefact   TEXT,
    UNIQUE (learner, exercise, number)
) STRICT;

-- One attempt at a time for each sandbox.
CREATE UNIQUE INDEX attempt_running ON attempt (lease) WHERE state = 'running';

-- What counts, kept apart from sandboxes.
CREATE TABLE progress (
    learner     TEXT NOT NULL REFERENCES learner (id),
    exercise    TEXT NOT NULL,
    best_points INTEGER NOT NULL DEFAULT 0,
    of_points   INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    solved_at   INTEGER,
    hints       INTEGER NOT NULL DEFAULT 0,
    -- When the solution was opened, if it was.
    solution_at INTEGER,
    PRIMARY KEY (learner, exercise)
) STRICT;

-- A learner's saved files for one exercise.
CREATE TABLE work_file (
    learner  TEXT NOT NULL REFERENCES learner (id),
    exercise TEXT NOT NULL,
    -- Relative to the working folder, with `/`.
    path     TEXT NOT NULL,
    mode     INTEGER NOT NULL,
    content  BLOB NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (learner, exercise, path)
) STRICT;
