import { isTerminal, jobStates, type JobState } from '@massif/contracts';
import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import { encodeCursor, pageLimit, pageOf, placeOf } from '../paging/page.ts';
import type { Job, Page, PageQuery, Scope } from '../rows.ts';
import type { JobFilter } from '../store.ts';
import { jobColumns, jobFrom, toJob, type JobRecord } from './columns.ts';

export const activeStates = jobStates.filter((state) => !isTerminal(state));

/** See `JobStore.list`. */
export async function listJobs({ query }: Database, scope: Scope, filter: PageQuery & JobFilter): Promise<Page<Job>> {
  const limit = pageLimit(filter.limit);
  const place = placeOf(filter.cursor);
  const counted = parameters();
  const count = query<{ total: number }>(
    `select count(*) as total from job j where ${conditions(scope, filter, counted.p)}`,
    counted.values,
  );
  const { p, values } = parameters();
  const after = place ? `and (j.created_at, j.id) < (${p(place.time)}::timestamptz, ${p(place.id)}::text)` : '';
  const found = query<JobRecord>(
    `select ${jobColumns} from ${jobFrom('job')} where ${conditions(scope, filter, p)} ${after}
     order by j.created_at desc, j.id desc limit ${limit + 1}`,
    values,
  );
  const [records, [total]] = await Promise.all([found, count]);
  return pageOf(records.map(toJob), {
    limit,
    total: total!.total,
    cursor: ({ createdAt, id }) => encodeCursor([createdAt.getTime(), id]),
  });
}

/** See `JobStore.active`. */
export async function activeJobs({ query }: Database): Promise<Job[]> {
  const records = await query<JobRecord>(
    `select ${jobColumns} from ${jobFrom('job')} where j.state = any($1::text[]) order by j.created_at, j.id`,
    [activeStates],
  );
  return records.map(toJob);
}

/** See `JobStore.get`. */
export async function getJob({ query }: Database, scope: Scope, id: string): Promise<Job | null> {
  const { p, values } = parameters();
  const [record] = await query<JobRecord>(
    `select ${jobColumns} from ${jobFrom('job')} where j.id = ${p(id)} and ${scopeSql(scope, 'j.project_id', p)}`,
    values,
  );
  return record ? toJob(record) : null;
}

/** See `JobStore.countByState`. */
export async function countJobs({ query }: Database, scope: Scope): Promise<Partial<Record<JobState, number>>> {
  const { p, values } = parameters();
  const rows = await query<{ state: JobState; count: number }>(
    `select state, count(*) as count from job where ${scopeSql(scope, 'project_id', p)} group by state`,
    values,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

function conditions(scope: Scope, { states, kind, queue, name, search }: JobFilter, p: (value: unknown) => string): string {
  const parts = [scopeSql(scope, 'j.project_id', p)];
  if (states !== undefined) parts.push(`j.state = any(${p([...states])}::text[])`);
  if (kind !== undefined) parts.push(`j.kind = ${p(kind)}`);
  if (queue !== undefined) parts.push(`j.queue = ${p(queue)}`);
  if (name !== undefined) parts.push(`j.name = ${p(name)}`);
  if (search !== undefined) {
    const part = p(search);
    parts.push(`(strpos(lower(j.name), lower(${part})) > 0 or strpos(lower(j.id), lower(${part})) > 0)`);
  }
  return parts.join(' and ');
}
