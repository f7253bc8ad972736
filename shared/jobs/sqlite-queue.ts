import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { JobsUnavailable } from '../service/ports/job-errors.ts';
import {
  messageBytesMax,
  receiveMax,
  waitSecondsMax,
  type Queue,
  type QueueCounts,
  type ReceivedMessage,
} from '../service/ports/queue.ts';
import { openSqliteFile, troubleOf } from '../store/sqlite-file.ts';
import { assertMessages, assertWithin } from './message-limits.ts';

export interface SqliteQueueSettings {
  /** The data folder. */
  folder: string;
  visibilitySeconds: number;
  receiveCountMax: number;
  nowMs: () => number;
}

const layout = {
  formatVersion: 1,
  // A delivery is never counted down, so that no two receptions have one handle, redriven letters included.
  schema: `
      CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, visible_ms INTEGER NOT NULL,
        deliveries INTEGER NOT NULL DEFAULT 0, receives INTEGER NOT NULL DEFAULT 0, is_hidden INTEGER NOT NULL DEFAULT 0, is_dead INTEGER NOT NULL DEFAULT 0);
      CREATE INDEX IF NOT EXISTS messages_visible ON messages (is_dead, visible_ms);`,
};

/** Longer timers would fire at once; who waits looks again at the end of each. */
const timerMsMax = 2 ** 31 - 1;

/** The port on one SQLite file of the data folder, in the process itself. Nothing polls: who waits is woken. */
export function openSqliteQueue({ folder, visibilitySeconds, receiveCountMax, nowMs }: SqliteQueueSettings): Queue {
  const db = openSqliteFile(folder, 'queue.db', layout);
  const statements = new Map<string, StatementSync>();
  const run = <T>(sql: string, action: (statement: StatementSync) => T): T => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = db.prepare(sql)));
    try {
      return action(statement);
    } catch (error) {
      const trouble = troubleOf(error, folder);
      throw trouble === undefined ? error : new JobsUnavailable(trouble);
    }
  };
  const change = (sql: string, ...values: SQLInputValue[]): unknown => run(sql, (s) => s.run(...values));

  function atOnce<T>(work: () => T): T {
    change('BEGIN IMMEDIATE');
    try {
      const result = work();
      change('COMMIT');
      return result;
    } catch (error) {
      // A full disk may have rolled back already.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  const waiting = new Set<() => void>();
  let isClosed = false;
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
  };

  /** Resolves when something may have become visible, at the latest after so long. */
  function nextChange(msMax: number): Promise<void> {
    const { earliest } = run('SELECT MIN(visible_ms) AS earliest FROM messages WHERE is_dead = 0', (s) => s.get())!;
    const untilVisible = earliest === null ? Infinity : Math.max(0, (earliest as number) - nowMs());
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      // A timer may fire in the millisecond before the one it was set for.
      const timer = setTimeout(wake, Math.min(msMax, untilVisible + 1, timerMsMax));
      waiting.add(wake);
    });
  }

  function take(max: number): ReceivedMessage[] {
    const now = nowMs();
    const isAnyVisible = run('SELECT 1 FROM messages WHERE is_dead = 0 AND visible_ms <= ? LIMIT 1', (s) => s.get(now));
    if (!isAnyVisible) return [];
    return atOnce(() => {
      change(
        'UPDATE messages SET is_dead = 1 WHERE is_dead = 0 AND visible_ms <= ? AND receives >= ?',
        now,
        receiveCountMax,
      );
      const rows = run(
        `UPDATE messages SET visible_ms = ?, deliveries = deliveries + 1, receives = receives + 1, is_hidden = 1
         WHERE id IN (SELECT id FROM messages WHERE is_dead = 0 AND visible_ms <= ? ORDER BY visible_ms, id LIMIT ?)
         RETURNING id, body, deliveries, receives`,
        (s) => s.all(now + visibilitySeconds * 1000, now, max),
      );
      return rows.map(({ id, body, deliveries, receives }) => ({
        body: body as string,
        handle: `${id as number}.${deliveries as number}`,
        receiveCount: receives as number,
      }));
    });
  }

  async function receive(max: number, waitSeconds: number): Promise<ReceivedMessage[]> {
    assertWithin('max', max, 1, receiveMax);
    assertWithin('waitSeconds', waitSeconds, 0, waitSecondsMax);
    const deadlineMs = nowMs() + waitSeconds * 1000;
    for (;;) {
      const messages = isClosed ? [] : take(max);
      const restMs = deadlineMs - nowMs();
      if (messages.length > 0 || restMs <= 0 || isClosed) return messages;
      await nextChange(restMs);
    }
  }

  return {
    send: async (messages) => {
      assertMessages(messages, messageBytesMax);
      const now = nowMs();
      atOnce(() => {
        for (const { body, delaySeconds = 0 } of messages)
          change('INSERT INTO messages (body, visible_ms) VALUES (?, ?)', body, now + delaySeconds * 1000);
      });
      wakeAll();
    },
    receive,
    acknowledge: async (handle) => {
      change('DELETE FROM messages WHERE id = ? AND deliveries = ? AND is_dead = 0', ...partsOf(handle));
    },
    changeVisibility: async (handle, seconds) => {
      assertWithin('seconds', seconds, 0, visibilitySecondsMax);
      const now = nowMs();
      change(
        'UPDATE messages SET visible_ms = ? WHERE id = ? AND deliveries = ? AND is_dead = 0 AND visible_ms > ?',
        now + seconds * 1000,
        ...partsOf(handle),
        now,
      );
      wakeAll();
    },
    counts: async () => {
      const now = nowMs();
      const counted = run(
        `SELECT COALESCE(SUM(NOT is_dead AND visible_ms <= ?1), 0) AS waiting,
                COALESCE(SUM(NOT is_dead AND visible_ms > ?1 AND is_hidden), 0) AS hidden,
                COALESCE(SUM(NOT is_dead AND visible_ms > ?1 AND NOT is_hidden), 0) AS delayed,
                COALESCE(SUM(is_dead), 0) AS dead FROM messages`,
        (s) => s.get(now),
      );
      return { ...counted } as unknown as QueueCounts;
    },
    redrive: async () => {
      change('UPDATE messages SET is_dead = 0, is_hidden = 0, receives = 0, visible_ms = ? WHERE is_dead = 1', nowMs());
      wakeAll();
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      wakeAll();
      db.close();
    },
  };
}

const visibilitySecondsMax = 43_200;

function partsOf(handle: string): [number, number] {
  const [id, delivery] = handle.split('.').map(Number);
  return [id, delivery];
}
