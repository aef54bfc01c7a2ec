-- A learner's files as they were at a check, to go back to. They hold the words of the lease; a reset, which draws
-- others, forgets them.
CREATE TABLE work_point (
    attempt  TEXT PRIMARY KEY REFERENCES attempt (id),
    learner  TEXT NOT NULL REFERENCES learner (id),
    exercise TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;

CREATE INDEX work_point_of ON work_point (learner, exercise, saved_at);

CREATE TABLE work_point_file (
    attempt TEXT NOT NULL REFERENCES work_point (attempt) ON DELETE CASCADE,
    path    TEXT NOT NULL,
    mode    INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (attempt, path)
) STRICT;

CREATE VIEW attempt_known AS
SELECT attempt.*, EXISTS (SELECT 1 FROM work_point WHERE work_point.attempt = attempt.id) AS kept FROM attempt;

-- What a learner built, kept beside the files: one packed archive, without the layers that every sandbox has anyway.
CREATE TABLE work_image (
    learner  TEXT NOT NULL REFERENCES learner (id),
    exercise TEXT NOT NULL,
    archive  BLOB NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (learner, exercise)
) STRICT;
