import { isTerminal, jobStates, type JobState } from '@massif/contracts';
import type { Database, Query } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import { encodeCursor, pageLimit, pageOf, placeOf } from '../paging/page.ts';
import type { Job, JobSummary, Page, Scope } from '../rows.ts';
import type { JobFilter, JobQuery } from '../store.ts';
import { jobColumns, jobFrom, summaryColumns, toJob, type JobRecord } from './columns.ts';

export const activeStates = jobStates.filter((state) => !isTerminal(state));

/** See `JobStore.list`. */
export const listJobs = (database: Database, scope: Scope, filter: JobQuery): Promise<Page<Job>> =>
  readPage(database, scope, filter, jobColumns);

/** See `JobStore.summaries`. */
export const listSummaries = (database: Database, scope: Scope, filter: JobQuery): Promise<Page<JobSummary>> =>
  readPage(database, scope, filter, summaryColumns);

async function readPage({ query }: Database, scope: Scope, filter: JobQuery, columns: string): Promise<Page<Job>> {
  const limit = pageLimit(filter.limit);
  const place = placeOf(filter.cursor);
  const { offset = 0 } = filter;
  const [sooner, direction] = filter.order === 'oldest' ? ['>', 'asc'] : ['<', 'desc'];
  const order = (table: string) => `order by ${table}.created_at ${direction}, ${table}.id ${direction}`;
  const { p, values } = parameters();
  const after = place ? `and (j.created_at, j.id) ${sooner} (${p(place.time)}::timestamptz, ${p(place.id)}::text)` : '';
  // Which jobs are on the page is read from an index alone; the jobs themselves, which are long, then one by one.
  const records = await query<JobRecord>(
    `with page as (
       select j.created_at, j.id from job j where ${conditions(scope, filter, p)} ${after} ${order('j')} limit ${limit + 1} offset ${p(offset)}::bigint
     )
     select ${columns} from page join ${jobFrom('job')} on j.id = page.id ${order('page')}`,
    values,
  );
  // A search that finds little has looked at every job already.
  const isLast = place === undefined && records.length <= limit && (records.length > 0 || offset === 0);
  const total = isLast ? offset + records.length : await countMatching(query, scope, filter);
  return pageOf(records.map(toJob), { limit, total, cursor: ({ createdAt, id }) => encodeCursor([createdAt.getTime(), id]) });
}

async function countMatching(query: Query, scope: Scope, filter: JobFilter): Promise<number> {
  const { p, values } = parameters();
  const [row] = await query<{ total: number }>(`select count(*) as total from job j where ${conditions(scope, filter, p)}`, values);
  return row!.total;
}

/** See `JobStore.summariesOf`. */
export async function summariesOf({ query }: Database, scope: Scope, ids: readonly string[]): Promise<JobSummary[]> {
  const { p, values } = parameters();
  const records = await query<JobRecord>(
    `select ${summaryColumns} from ${jobFrom('job')} where j.id = any(${p([...ids])}::text[]) and ${scopeSql(scope, 'j.project_id', p)}`,
    values,
  );
  return records.map(toJob);
}

/** See `JobStore.changedSince`. */
export async function changedSince({ query }: Database, scope: Scope, time: Date): Promise<string[]> {
  const { p, values } = parameters();
  // How far a job is lies elsewhere, and changes for as long as it is active.
  const rows = await query<{ id: string }>(
    `select j.id from job j
     where ${scopeSql(scope, 'j.project_id', p)} and (j.updated_at >= ${p(time)}::timestamptz or j.state = any(${p(activeStates)}::text[]))`,
    values,
  );
  return rows.map(({ id }) => id);
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
    const inName = `strpos(lower(j.name), lower(${p(search)})) > 0`;
    // Of an id all but the prefix, which every job has, is in capitals.
    const inId = `strpos(j.id, ${p(search.toUpperCase().replace(/^JOB_/, 'job_'))}) > 0`;
    parts.push(`(${inName} or ${inId})`);
  }
  return parts.join(' and ');
}
