import type { Database } from '../database/database.ts';
import { parameters } from '../database/parameters.ts';
import type { AttemptStore, AttemptToken } from '../store.ts';
import { notify } from '../streams/channel.ts';
import { fenced, held } from './fence.ts';

type Ranks = Parameters<AttemptStore['heartbeat']>[1];

/** See `AttemptStore.heartbeat`. The first one wakes whoever waits for the attempt to begin. */
export async function heartbeat({ query }: Database, token: AttemptToken, ranks: Ranks): Promise<{ stop: boolean; jobId: string }> {
  const { p, values } = parameters();
  const [row] = await query<{ jobId: string; stop: boolean }>(
    `with ${held(token, p)},
     alive as (
       update attempt a set heartbeat_at = now() from held where a.id = held.id
     ),
     begun as (
       select ${notify('event', 'job_id')} from held where heartbeat_at is null
     ),
     said as (
       select * from unnest(
         ${p(ranks.map(({ rank }) => rank))}::integer[], ${p(ranks.map(({ pid }) => pid))}::integer[],
         ${p(ranks.map(({ state }) => state))}::text[], ${p(ranks.map(({ step }) => step))}::integer[]
       ) as said (rank, pid, state, step)
     ),
     told as (
       update rank r set pid = said.pid, state = said.state, step = said.step, updated_at = now()
       from held, said where r.attempt_id = held.id and r.rank = said.rank
     )
     select job_id as "jobId", cancel_requested_at is not null as stop, (select notified from begun) as notified from held`,
    values,
  );
  if (!row) throw fenced();
  return { jobId: row.jobId, stop: row.stop };
}
