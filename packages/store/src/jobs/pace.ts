import type { Database } from '../database/database.ts';
import type { JobPace } from '../store.ts';
import { isLive } from './columns.ts';

/** See `JobStore.pace`. */
export function paceOfJobs({ query }: Database): Promise<JobPace[]> {
  return query<JobPace>(
    `select j.id as "jobId", (j.plan ->> 'mfu')::double precision as "plannedMfu",
            (j.plan ->> 'tokensPerSecond')::double precision as "plannedTokensPerSecond",
            case when ${isLive} then g.tokens_per_second end as "tokensPerSecond"
     from job j left join progress g on g.job_id = j.id where j.state = 'running' order by j.id`,
  );
}
