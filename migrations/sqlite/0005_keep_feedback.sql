-- What readers say of a section, for its authors. Nothing is overwritten.
CREATE TABLE feedback (
    id      INTEGER PRIMARY KEY,
    learner TEXT NOT NULL REFERENCES learner (id),
    -- As in links of the content: `chapter` or `chapter#anchor`.
    section TEXT NOT NULL,
    opinion TEXT NOT NULL CHECK (opinion IN ('clear', 'unclear', 'mistake')),
    -- The reader's own words; may be empty.
    text    TEXT NOT NULL,
    said_at INTEGER NOT NULL
) STRICT;

CREATE INDEX feedback_of_learner ON feedback (learner, said_at);
CREATE INDEX feedback_by_time ON feedback (said_at);
