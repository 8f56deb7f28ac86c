import type { Topic } from '../store.ts';

/** Channel of PostgreSQL's LISTEN and NOTIFY for everything of ours. */
export const channel = 'massif';

/** SQL that wakes the readers of a job when the transaction commits; for the list of a `select`. The column is unnamed and of no use. */
export const notify = (topic: Topic, jobId: string) => `pg_notify('${channel}', '${topic} ' || ${jobId})::text as notified`;

/** A notification's payload; undefined when it is not ours. */
export function parseNotification(payload: string): { topic: Topic; jobId: string } | undefined {
  const match = /^(event|metric|log) (\S+)$/.exec(payload);
  return match ? { topic: match[1] as Topic, jobId: match[2]! } : undefined;
}
