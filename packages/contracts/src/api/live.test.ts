import { expect, test } from 'vitest';
import { newId } from '../values/id.ts';
import { formatLiveTopic, type LiveTopic } from './live-topic.ts';
import { liveQuerySchema, parseLiveTopic } from './live.ts';

const job = newId('job');

test.each<LiveTopic>([
  { kind: 'overview' },
  { kind: 'jobs' },
  { kind: 'devices' },
  { kind: 'job', job },
  { kind: 'events', job, after: 0 },
  { kind: 'metrics', job, after: 17 },
  { kind: 'logs', job, after: 123_456 },
])('topic $kind is read as it is written', (topic) => {
  expect(parseLiveTopic(formatLiveTopic(topic))).toEqual(topic);
});

test('a series without a place begins at its beginning', () => {
  expect(parseLiveTopic(`events:${job}`)).toEqual({ kind: 'events', job, after: 0 });
});

test.each([
  '',
  'everything',
  'jobs:',
  `jobs:${job}`,
  'job',
  'job:someone',
  `job:${job}@3`,
  `events:${job}@`,
  `events:${job}@-1`,
  `logs:${job}@1e3`,
])('topic %j is refused', (text) => {
  expect(parseLiveTopic(text)).toBeUndefined();
  expect(liveQuerySchema.safeParse({ topics: text }).success).toBe(false);
});

test('topics are separated by commas', () => {
  expect(liveQuerySchema.parse({ topics: `jobs,job:${job}` }).topics).toEqual([{ kind: 'jobs' }, { kind: 'job', job }]);
});
