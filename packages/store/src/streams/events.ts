import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import { encodeCursor, pageLimit, pageOf, sequenceOf } from '../paging/page.ts';
import type { JobEvent, Scope } from '../rows.ts';
import type { EventStore } from '../store.ts';

const limitDefault = 200;
const limitMax = 1000;
/** No sequence is greater. */
const integerMax = 2 ** 31 - 1;

const columns = `job_id as "jobId", seq, time, type, from_state as "from", to_state as "to", attempt, reason, data`;

export function eventStore({ query }: Database): EventStore {
  const read = (scope: Scope, jobId: string, seq: number, take: number) => {
    const { p, values } = parameters();
    return query<JobEvent>(
      `select ${columns} from event
       where job_id = ${p(jobId)} and ${scopeSql(scope, 'project_id', p)} and seq > ${p(Math.min(Math.max(0, seq), integerMax))}
       order by seq limit ${p(take)}::bigint`,
      values,
    );
  };
  const count = async (scope: Scope, jobId: string) => {
    const { p, values } = parameters();
    const [row] = await query<{ count: number }>(
      `select count(*) as count from event where job_id = ${p(jobId)} and ${scopeSql(scope, 'project_id', p)}`,
      values,
    );
    return row!.count;
  };
  return {
    after: (scope, jobId, { seq = 0, limit = limitDefault } = {}) => read(scope, jobId, seq, Math.max(1, Math.min(limitMax, limit))),
    list: async (scope, jobId, page = {}) => {
      const limit = pageLimit(page.limit);
      const [found, total] = await Promise.all([read(scope, jobId, sequenceOf(page.cursor), limit + 1), count(scope, jobId)]);
      return pageOf(found, { limit, total, cursor: ({ seq }) => encodeCursor([seq]) });
    },
  };
}
