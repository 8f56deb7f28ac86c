import { formatLiveTopic, liveTopicsMax, type LiveFrame, type LiveTopic } from '@massif/contracts';

/** Topics that the page needs at the moment, each as often as it is used, with the place where its series resumes. */
export interface Topics {
  /** One more user of a topic. @returns whether another connection is needed to serve it */
  add(topic: LiveTopic): boolean;
  /** One user less; what nobody uses is forgotten. @returns likewise */
  remove(topic: LiveTopic): boolean;
  /** Moves the places of series behind what has come. */
  advance(frame: LiveFrame): void;
  /** What to ask for now, in a stable order. */
  list(): LiveTopic[];
}

interface Entry {
  topic: LiveTopic;
  users: number;
  /** Everything of this series has come: it is not asked for again. */
  over: boolean;
}

/** A topic without its place. */
export function topicKey(topic: LiveTopic): string {
  return 'job' in topic ? `${topic.kind}:${topic.job}` : topic.kind;
}

export function createTopics(): Topics {
  const entries = new Map<string, Entry>();
  const seriesOf = (kind: string, job: string) => entries.get(`${kind}:${job}`);

  return {
    add(topic) {
      const key = topicKey(topic);
      const entry = entries.get(key);
      if (!entry) {
        entries.set(key, { topic, users: 1, over: false });
        return true;
      }
      entry.users++;
      // Who comes later may need what others have read already: it comes again, and readers know what they have by its sequence.
      if (!('after' in topic) || !('after' in entry.topic) || topic.after >= entry.topic.after) return false;
      entry.topic = topic;
      entry.over = false;
      return true;
    },
    remove(topic) {
      const key = topicKey(topic);
      const entry = entries.get(key);
      if (!entry || --entry.users > 0) return false;
      entries.delete(key);
      return !entry.over;
    },
    advance({ event, data }) {
      if (event === 'events' || event === 'metrics' || event === 'logs') {
        const entry = seriesOf(event, data.job);
        const after = Math.max(...data.items.map(({ seq }) => seq));
        if (entry && 'after' in entry.topic && after > entry.topic.after) entry.topic = { ...entry.topic, after };
      } else if (event === 'reset') {
        const entry = seriesOf(data.series, data.job);
        if (entry && 'after' in entry.topic) entry.topic = { ...entry.topic, after: Math.max(0, data.oldest - 1) };
      } else if (event === 'ended') {
        const entry = seriesOf(data.series, data.job);
        if (entry) entry.over = true;
      }
    },
    list: () =>
      [...entries.values()]
        .filter(({ over }) => !over)
        .map(({ topic }) => topic)
        .sort((a, b) => (formatLiveTopic(a) < formatLiveTopic(b) ? -1 : 1))
        .slice(0, liveTopicsMax),
  };
}
