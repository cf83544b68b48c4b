-- Columns and tables that the whole language and the commands of operation need.

-- A person has suspended the run: the status that it had then.
ALTER TABLE flow_run ADD COLUMN suspended_from TEXT;

-- When the store was copied, until whoever opens the copy first has made it a store of its own.
ALTER TABLE store ADD COLUMN copied_at INTEGER;

-- A digest of the project's own components when this version was deployed last: their code is not versioned.
ALTER TABLE flow_definition ADD COLUMN components TEXT NOT NULL DEFAULT '';

-- Rounds of a node with `until`: which one it is, and what the one before gave. When a node as a whole must be over.
ALTER TABLE task_run ADD COLUMN round INTEGER NOT NULL DEFAULT 1;
ALTER TABLE task_run ADD COLUMN last TEXT;
ALTER TABLE task_run ADD COLUMN expires_at INTEGER;
CREATE INDEX task_run_expires ON task_run (flow_run_id, expires_at) WHERE exec_status = 1 AND expires_at IS NOT NULL;
-- When a question that a person is to answer has waited long enough.
CREATE INDEX task_run_unanswered ON task_run (flow_run_id, expires_at) WHERE exec_status = 2 AND expires_at IS NOT NULL;

-- Triggers are part of their flow's definition. Ends of runs up to `seen_event` have been looked at, files count that
-- have changed after `since`. An event is one run, whatever happens: its source is unique for each flow.
CREATE TABLE trigger_state (
    flow TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    seen_event INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE trigger_event (
    flow TEXT NOT NULL,
    source TEXT NOT NULL,
    part TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    flow_run_id INTEGER,
    PRIMARY KEY (flow, source)
) WITHOUT ROWID;
CREATE INDEX trigger_event_part ON trigger_event (flow, part, at);
CREATE VIEW trigger_events AS
SELECT
    t.flow,
    t.part AS trigger,
    t.source,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.at / 1e6, 'unixepoch') AS at,
    t.outcome,
    t.message,
    t.flow || '-' || t.flow_run_id AS run
FROM trigger_event AS t;

DROP VIEW tasks;
CREATE VIEW tasks AS
SELECT
    r.flow || '-' || r.id AS run,
    t.path AS task,
    CASE t.exec_status
        WHEN 0 THEN CASE WHEN t.not_before > 0 AND t.reason = 'wait' THEN 'waiting for a time'
            WHEN t.not_before > 0 AND t.reason = 'scarce' THEN 'waiting for the machine'
            WHEN t.not_before > 0 AND t.reason = 'round' THEN 'waiting for its next round'
            WHEN t.not_before > 0 THEN 'waiting for a retry' WHEN t.held_by > 0 THEN 'held by a limit'
            WHEN t.held_by < 0 THEN 'held by a pool'
            WHEN t.remaining = 0 THEN 'ready' ELSE 'waiting' END
        WHEN 1 THEN 'running' WHEN 2 THEN 'suspended' WHEN 3 THEN 'succeeded'
        WHEN 4 THEN 'failed' WHEN 9 THEN 'skipped' ELSE 'unknown' END AS state,
    t.reason,
    t.message,
    t.exec_status,
    t.attempts,
    t.round,
    t.generation,
    t.exit_code,
    t.outputs,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.started_at / 1e6, 'unixepoch') AS started,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.ended_at / 1e6, 'unixepoch') AS ended,
    round((t.ended_at - t.started_at) / 1e6, 3) AS seconds,
    t.kind,
    t.id
FROM task_run AS t
JOIN flow_run AS r ON r.id = t.flow_run_id
WHERE t.kind <> 'flow';

-- Processes: engines, and workers that execute components for them. `given_up`: calls that did not stop when asked and
-- were left to their threads.
ALTER TABLE worker ADD COLUMN kind TEXT NOT NULL DEFAULT 'engine';
ALTER TABLE worker ADD COLUMN jobs INTEGER;
ALTER TABLE worker ADD COLUMN seen_at INTEGER;
ALTER TABLE worker ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0;
-- Whether an engine let scripts wait until their processes were durable.
ALTER TABLE worker ADD COLUMN gated INTEGER NOT NULL DEFAULT 1;
CREATE VIEW workers AS
SELECT
    w.id AS worker,
    w.kind,
    w.host,
    w.pid,
    w.jobs,
    w.given_up,
    strftime('%Y-%m-%dT%H:%M:%fZ', w.started_at / 1e6, 'unixepoch') AS started,
    strftime('%Y-%m-%dT%H:%M:%fZ', w.seen_at / 1e6, 'unixepoch') AS seen,
    strftime('%Y-%m-%dT%H:%M:%fZ', w.ended_at / 1e6, 'unixepoch') AS ended
FROM worker AS w;
CREATE INDEX task_run_failed ON task_run (parent_id) WHERE exec_status = 4;
CREATE INDEX flow_run_time ON flow_run (flow, time);
