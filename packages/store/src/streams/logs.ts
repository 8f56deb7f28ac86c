import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import { storable } from '../database/text.ts';
import type { Scope } from '../rows.ts';
import type { LogLine, LogStore } from '../store.ts';

type P = (value: unknown) => string;

interface LogFilter {
  rank?: number;
  attempt?: number;
  search?: string;
}

const limitDefault = 200;
const limitMax = 10_000;

export function logStore({ query }: Database): LogStore {
  return {
    read: async (scope, jobId, options = {}) => {
      const { after = 0, before } = options;
      const limit = Math.max(1, Math.min(limitMax, options.limit ?? limitDefault));
      // Before the lines: what is written meanwhile is read from here the next time.
      const { lastSeq, oldestSeq } = await ends(query, scope, jobId);
      const { p, values } = parameters();
      const place = before === undefined ? `seq > ${p(after)} order by seq` : `seq < ${p(before)} order by seq desc`;
      const found = await query<LogLine>(
        `select seq, attempt, rank, time, stream, line from log where ${conditions(scope, jobId, options, p)} and ${place} limit ${limit + 1}`,
        values,
      );
      const more = found.length > limit;
      const items = found.slice(0, limit);
      if (before !== undefined) return { items: items.toReversed(), seq: items.at(-1)?.seq ?? before, more, oldestSeq };
      const last = items.at(-1)?.seq ?? after;
      return { items, seq: more ? last : Math.max(last, lastSeq), more, oldestSeq };
    },
    count: async (scope, jobId, filter = {}) => {
      // They are numbered without gaps, and the oldest go first.
      if (Object.values(filter).every((value) => value === undefined)) {
        const { lastSeq, oldestSeq } = await ends(query, scope, jobId);
        return lastSeq - oldestSeq + 1;
      }
      const { p, values } = parameters();
      const [row] = await query<{ count: number }>(
        `select count(*) as count from log where ${conditions(scope, jobId, filter, p)}`,
        values,
      );
      return row!.count;
    },
  };
}

function conditions(scope: Scope, jobId: string, { rank, attempt, search }: LogFilter, p: P): string {
  const parts = [`job_id = ${p(jobId)}`, scopeSql(scope, 'project_id', p)];
  if (rank !== undefined) parts.push(`rank = ${p(rank)}`);
  if (attempt !== undefined) parts.push(`attempt = ${p(attempt)}`);
  if (search !== undefined) parts.push(`strpos(lower(line), lower(${p(storable(search))})) > 0`);
  return parts.join(' and ');
}

/** Number of the last line that there ever was, and of the oldest that is still there. */
async function ends(query: Database['query'], scope: Scope, jobId: string): Promise<{ lastSeq: number; oldestSeq: number }> {
  const { p, values } = parameters();
  const [row] = await query<{ lastSeq: number; oldestSeq: number | null }>(
    `select g.log_seq as "lastSeq", (select min(seq) from log where log.job_id = g.job_id) as "oldestSeq"
     from progress g where g.job_id = ${p(jobId)} and ${scopeSql(scope, 'g.project_id', p)}`,
    values,
  );
  return { lastSeq: row?.lastSeq ?? 0, oldestSeq: row?.oldestSeq ?? (row?.lastSeq ?? 0) + 1 };
}
