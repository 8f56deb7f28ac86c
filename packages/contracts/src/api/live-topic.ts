/** What `GET /stream?topics=` can be asked for. Apart from the schemas of its frames, which who only asks does not need. */

/** Series of one job that a topic names; each resumes after a sequence. */
export const liveSeries = ['events', 'metrics', 'logs'] as const;

export type LiveSeries = (typeof liveSeries)[number];

export type LiveTopic =
  | { kind: 'overview' }
  | { kind: 'jobs' }
  | { kind: 'devices' }
  | { kind: 'job'; job: string }
  | { kind: LiveSeries; job: string; after: number };

export const liveTopicsMax = 20;

/** A topic as the query has it; the reverse of `parseLiveTopic`. */
export function formatLiveTopic(topic: LiveTopic): string {
  if (!('job' in topic)) return topic.kind;
  return 'after' in topic ? `${topic.kind}:${topic.job}@${topic.after}` : `${topic.kind}:${topic.job}`;
}
