-- The tables of all queues of a file. `queue` in a key is the number of the queue's row in `queue`.
-- Times are µs since 1970 (`_us`) or ms (`_ms`). Columns without a type keep text as text; free text stands there as JSON text, because
-- a NUL would cut a raw one. Without rowid, a table is its own index: what is claimed in order lies in order. Messages have one, because
-- a row of more than 1,000 bytes would otherwise take a page of its own; `message` elsewhere is its number.

CREATE TABLE IF NOT EXISTS queue_format (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL);
INSERT OR IGNORE INTO queue_format (only, version) VALUES (1, 1);

-- `name` with the connection's prefix. `figures`: counters, clocks of the levels, timer; see queue-state.ts.
CREATE TABLE IF NOT EXISTS queue (
  number INTEGER PRIMARY KEY, name NOT NULL UNIQUE, settings, figures NOT NULL
);

-- Every message, wherever it is. `score` is its place in `queue_ready`, `queue_scheduled` or `queue_suspect`, or the one it was claimed from.
CREATE TABLE IF NOT EXISTS queue_message (
  number INTEGER PRIMARY KEY, queue INTEGER NOT NULL, id NOT NULL, level INTEGER NOT NULL, score INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL, first_due_ms INTEGER, retries INTEGER NOT NULL, crashes INTEGER NOT NULL,
  alone_crashes INTEGER NOT NULL, options, payload NOT NULL, UNIQUE (queue, id)
);

-- What most messages never have: finished attempts, progress, log lines, a return value, each as JSON text.
CREATE TABLE IF NOT EXISTS queue_detail (message INTEGER PRIMARY KEY, attempts, progress, log, value);

CREATE TABLE IF NOT EXISTS queue_ready (
  queue INTEGER, level INTEGER, score INTEGER, id, message INTEGER NOT NULL, PRIMARY KEY (queue, level, score, id)
) WITHOUT ROWID;

-- `mark`: what a redriven message was when it was dead, as JSON text, so that the redrive can be undone.
CREATE TABLE IF NOT EXISTS queue_scheduled (
  queue INTEGER, level INTEGER, score INTEGER, id, message INTEGER NOT NULL, mark, PRIMARY KEY (queue, level, score, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS queue_redriven ON queue_scheduled (queue, score, id) WHERE mark IS NOT NULL;

CREATE TABLE IF NOT EXISTS queue_suspect (
  queue INTEGER, score INTEGER, id, level INTEGER NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (queue, score, id)
) WITHOUT ROWID;

-- Leases. `outcomes`: those of the last call, only when not all were done. `idle_since_us`: registered to be woken.
CREATE TABLE IF NOT EXISTS queue_worker (
  queue INTEGER, worker, deadline_us INTEGER NOT NULL, number INTEGER NOT NULL, nonce NOT NULL, outcomes NOT NULL, idle_since_us INTEGER,
  PRIMARY KEY (queue, worker)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS queue_claim (
  queue INTEGER, worker, id, message INTEGER NOT NULL, nonce NOT NULL, level INTEGER NOT NULL, alone INTEGER NOT NULL, fence INTEGER NOT NULL,
  PRIMARY KEY (queue, worker, id)
) WITHOUT ROWID;

-- `number` rises with every completion.
CREATE TABLE IF NOT EXISTS queue_completed (
  queue INTEGER, number INTEGER, message INTEGER NOT NULL UNIQUE, finished_at_us INTEGER NOT NULL, PRIMARY KEY (queue, number)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS queue_dead (
  queue INTEGER, died_at_ms INTEGER, id, message INTEGER NOT NULL UNIQUE, level INTEGER NOT NULL, reason NOT NULL, terms NOT NULL,
  PRIMARY KEY (queue, died_at_ms, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queue_term (
  queue INTEGER, term, died_at_ms INTEGER, id, level INTEGER NOT NULL, PRIMARY KEY (queue, term, died_at_ms, id)
) WITHOUT ROWID;

-- Explicit ids that are taken, with the digest of the payload they came with.
CREATE TABLE IF NOT EXISTS queue_explicit (
  queue INTEGER, id, digest NOT NULL, taken_at_us INTEGER NOT NULL, PRIMARY KEY (queue, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS queue_explicit_age ON queue_explicit (queue, taken_at_us);

-- Dedupe keys and who holds them; `message` may be gone where `until_us`, the end of a window, is given.
CREATE TABLE IF NOT EXISTS queue_key (
  queue INTEGER, key, id NOT NULL, message INTEGER NOT NULL, until_us INTEGER, PRIMARY KEY (queue, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS queue_key_end ON queue_key (queue, until_us) WHERE until_us IS NOT NULL;

-- The key that a message holds, or takes again when it is redriven. `until`: s(tarted) f(inished) w(indow).
CREATE TABLE IF NOT EXISTS queue_keyed (message INTEGER PRIMARY KEY, key NOT NULL, until NOT NULL, window_us INTEGER NOT NULL);

-- `answers`: what unanswered frames came to, by number, as JSON text.
CREATE TABLE IF NOT EXISTS queue_producer (
  queue INTEGER, producer, lowest INTEGER NOT NULL, seen_at_us INTEGER NOT NULL, answers NOT NULL, PRIMARY KEY (queue, producer)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS queue_producer_age ON queue_producer (queue, seen_at_us);
