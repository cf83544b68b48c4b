-- Columns and tables that the whole language and the commands of operation need.

-- A person has suspended the run: the status that it had then.
ALTER TABLE flow_run ADD COLUMN suspended_from TEXT;
