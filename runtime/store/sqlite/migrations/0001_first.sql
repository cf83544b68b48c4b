-- Times are whole microseconds since 1970, UTC. JSON is text. Words for people are in the views below.

CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    incarnation TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

-- Master tables: written by deploy, immutable per version.

CREATE TABLE flow_definition (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    project TEXT NOT NULL,
    source_file TEXT NOT NULL,
    parameters TEXT NOT NULL,
    settings TEXT NOT NULL,
    doc TEXT NOT NULL,
    line INTEGER NOT NULL,
    deployed_at INTEGER NOT NULL,
    UNIQUE (name, version)
);

CREATE TABLE task_definition (
    flow_definition_id INTEGER NOT NULL REFERENCES flow_definition (id),
    node INTEGER NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent INTEGER,
    program TEXT NOT NULL,
    parameters TEXT NOT NULL,
    outputs TEXT NOT NULL,
    mapping TEXT,
    condition TEXT,
    retry TEXT,
    settings TEXT,
    priority INTEGER NOT NULL,
    edges_in INTEGER NOT NULL,
    doc TEXT NOT NULL,
    line INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (flow_definition_id, node)
) WITHOUT ROWID;

CREATE TABLE task_dependency (
    flow_definition_id INTEGER NOT NULL REFERENCES flow_definition (id),
    predecessor INTEGER NOT NULL,
    successor INTEGER NOT NULL,
    deep INTEGER NOT NULL,
    origin TEXT NOT NULL,
    line INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    PRIMARY KEY (flow_definition_id, predecessor, successor, outcome)
) WITHOUT ROWID;

-- State.

CREATE TABLE worker (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    pid INTEGER NOT NULL,
    start_ticks INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER
);

CREATE TABLE flow_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    flow TEXT NOT NULL,
    flow_definition_id INTEGER NOT NULL REFERENCES flow_definition (id),
    key TEXT,
    status TEXT NOT NULL,
    parameters TEXT NOT NULL,
    time INTEGER NOT NULL,
    zone TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deadline_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    UNIQUE (flow, key)
);
CREATE INDEX flow_run_status ON flow_run (status);

-- Columns that a person may write: exec_status alone (see hand_change). Everything else belongs to the engine.
CREATE TABLE task_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    flow_run_id INTEGER NOT NULL REFERENCES flow_run (id),
    node INTEGER NOT NULL,
    scope_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    parent_id INTEGER,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    exec_status INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    remaining INTEGER NOT NULL,
    awaiting INTEGER NOT NULL DEFAULT 0,
    forgiven INTEGER NOT NULL DEFAULT 0,
    lane INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    held_by INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    member_limit INTEGER,
    open_members INTEGER NOT NULL DEFAULT 0,
    active_members INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    attempt_id INTEGER,
    item TEXT,
    item_key TEXT,
    outputs TEXT,
    exit_code INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    revision INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX task_run_place ON task_run (flow_run_id, node, scope_id, ordinal);
CREATE INDEX task_run_parent ON task_run (parent_id);
CREATE INDEX task_run_scope ON task_run (scope_id) WHERE kind IN ('map', 'item');
CREATE INDEX task_run_ready ON task_run (flow_run_id, lane, priority, id)
    WHERE exec_status = 0 AND remaining = 0 AND held_by = 0 AND not_before = 0;
CREATE INDEX task_run_later ON task_run (flow_run_id, not_before)
    WHERE exec_status = 0 AND not_before > 0;
CREATE INDEX task_run_held ON task_run (held_by, priority, id) WHERE held_by <> 0;
CREATE INDEX task_run_running ON task_run (flow_run_id) WHERE exec_status = 1 AND kind = 'task';
CREATE INDEX task_run_stopped ON task_run (flow_run_id, exec_status) WHERE exec_status IN (2, 4);

CREATE TABLE task_attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_run_id INTEGER NOT NULL REFERENCES task_run (id),
    flow_run_id INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    worker_id INTEGER NOT NULL REFERENCES worker (id),
    pid INTEGER,
    start_ticks INTEGER,
    boot_id TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    exit_code INTEGER
);
CREATE INDEX task_attempt_task ON task_attempt (task_run_id);
CREATE INDEX task_attempt_open ON task_attempt (flow_run_id) WHERE ended_at IS NULL;

-- Pools of the whole store, by name. Who holds places of them, and when a pool with a rate let something start.
CREATE TABLE pool (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    places INTEGER,
    rate INTEGER,
    per INTEGER NOT NULL
);
CREATE TABLE pool_holder (
    pool_id INTEGER NOT NULL REFERENCES pool (id),
    task_run_id INTEGER NOT NULL REFERENCES task_run (id),
    weight INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (pool_id, task_run_id)
) WITHOUT ROWID;
CREATE INDEX pool_holder_task ON pool_holder (task_run_id);
CREATE TABLE pool_start (
    pool_id INTEGER NOT NULL REFERENCES pool (id),
    at INTEGER NOT NULL
);
CREATE INDEX pool_start_at ON pool_start (pool_id, at);

-- Outputs that other runs may take over, by a digest of content and arguments.
CREATE TABLE cached_result (
    digest TEXT PRIMARY KEY,
    outputs TEXT,
    at INTEGER NOT NULL,
    task_run_id INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    flow_run_id INTEGER,
    task_run_id INTEGER,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX event_run ON event (flow_run_id, id);

-- Answers to requests, so that one that is sent again after its answer was lost is not done twice.
CREATE TABLE receipt (
    request TEXT PRIMARY KEY,
    answer TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX receipt_at ON receipt (at);

-- A person's update of exec_status by any SQL tool. Every update by the engine raises `revision`; one that does
-- not is a person's. Plain SQL only, so that it works in every tool.
CREATE TABLE hand_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_run_id INTEGER NOT NULL,
    was INTEGER NOT NULL,
    wanted INTEGER NOT NULL
);
CREATE TRIGGER task_run_by_hand
AFTER UPDATE OF exec_status ON task_run
WHEN NEW.revision = OLD.revision AND NEW.exec_status IS NOT OLD.exec_status
BEGIN
    INSERT INTO hand_change (task_run_id, was, wanted) VALUES (NEW.id, OLD.exec_status, NEW.exec_status);
END;

-- Schedules are part of their flow's definition. Instants up to `decided_until` have been looked at; while a flow is
-- paused nobody looks. A tick is an instant that something came of; the key makes it one run, whatever happens.
CREATE TABLE schedule_state (
    flow TEXT PRIMARY KEY,
    decided_until INTEGER,
    paused_at INTEGER
) WITHOUT ROWID;

CREATE TABLE tick (
    flow TEXT NOT NULL,
    at INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL,
    flow_run_id INTEGER REFERENCES flow_run (id),
    PRIMARY KEY (flow, at)
) WITHOUT ROWID;
CREATE INDEX tick_run ON tick (flow, at) WHERE outcome = 'run';

-- Views: the documented interface for people who query by hand.

CREATE VIEW runs AS
SELECT
    r.flow || '-' || r.id AS run,
    r.flow,
    d.version,
    r.status,
    r.key,
    r.parameters,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.created_at / 1e6, 'unixepoch') AS created,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at / 1e6, 'unixepoch') AS started,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1e6, 'unixepoch') AS ended,
    round((r.ended_at - r.started_at) / 1e6, 3) AS seconds,
    r.id
FROM flow_run AS r
JOIN flow_definition AS d ON d.id = r.flow_definition_id;

CREATE VIEW tasks AS
SELECT
    r.flow || '-' || r.id AS run,
    t.path AS task,
    CASE t.exec_status
        WHEN 0 THEN CASE WHEN t.not_before > 0 AND t.reason = 'wait' THEN 'waiting for a time'
            WHEN t.not_before > 0 THEN 'waiting for a retry' WHEN t.held_by > 0 THEN 'held by a limit'
            WHEN t.held_by < 0 THEN 'held by a pool'
            WHEN t.remaining = 0 THEN 'ready' ELSE 'waiting' END
        WHEN 1 THEN 'running' WHEN 2 THEN 'suspended' WHEN 3 THEN 'succeeded'
        WHEN 4 THEN 'failed' WHEN 9 THEN 'skipped' ELSE 'unknown' END AS state,
    t.reason,
    t.message,
    t.exec_status,
    t.attempts,
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

CREATE VIEW attempts AS
SELECT
    r.flow || '-' || r.id AS run,
    t.path AS task,
    a.generation,
    a.number,
    a.outcome,
    a.reason,
    a.message,
    a.exit_code,
    a.pid,
    w.host,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.started_at / 1e6, 'unixepoch') AS started,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.ended_at / 1e6, 'unixepoch') AS ended,
    round((a.ended_at - a.started_at) / 1e6, 3) AS seconds,
    a.id
FROM task_attempt AS a
JOIN task_run AS t ON t.id = a.task_run_id
JOIN flow_run AS r ON r.id = a.flow_run_id
JOIN worker AS w ON w.id = a.worker_id;

CREATE VIEW ticks AS
SELECT
    k.flow,
    strftime('%Y-%m-%dT%H:%M:%fZ', k.at / 1e6, 'unixepoch') AS at,
    strftime('%Y-%m-%dT%H:%M:%fZ', k.decided_at / 1e6, 'unixepoch') AS decided,
    k.outcome,
    k.message,
    k.flow || '-' || k.flow_run_id AS run
FROM tick AS k;
