import { isTerminal, jobStates, newId, type JobState } from '@massif/contracts';
import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import { scopeSql } from '../database/scope.ts';
import type { Queue } from '../rows.ts';
import type { QueueStore } from '../store.ts';

const activeStates = jobStates.filter((state) => !isTerminal(state));
/** States in which a job holds no devices. */
const waitingStates: readonly JobState[] = ['submitted', 'planned', 'queued', 'recovering'];

export function queueStore({ query }: Database): QueueStore {
  const read = (condition: (p: (value: unknown) => string) => string) => {
    const { p, values } = parameters();
    return query<Queue>(
      `select q.id, q.project_id as "projectId", q.name, q.created_at as "createdAt",
              count(j.id) as "activeJobs", count(j.id) filter (where j.state = any(${p(waitingStates)}::text[])) as "waitingJobs"
       from queue q
       left join job j on j.project_id = q.project_id and j.queue = q.name and j.state = any(${p(activeStates)}::text[])
       where ${condition(p)}
       group by q.id order by q.created_at, q.id`,
      values,
    );
  };
  return {
    list: (scope) => read((p) => scopeSql(scope, 'q.project_id', p)),
    ensure: async ({ projectId, name }) => {
      await query('insert into queue (id, project_id, name) values ($1, $2, $3) on conflict (project_id, name) do nothing', [
        newId('queue'),
        projectId,
        name,
      ]);
      const [queue] = await read((p) => `q.project_id = ${p(projectId)} and q.name = ${p(name)}`);
      return queue!;
    },
  };
}
