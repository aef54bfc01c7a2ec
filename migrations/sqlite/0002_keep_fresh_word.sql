-- The random word of one attempt (`{{fresh}}`), so that a corrected check can judge again what was seen then.
-- `evidence` is now a list of {check, probe, scenario, evidence}; see domain::regrade::Seen. NULL: an older attempt.
ALTER TABLE attempt ADD COLUMN fresh TEXT;
