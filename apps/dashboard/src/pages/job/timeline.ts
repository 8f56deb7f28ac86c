import type { Event, JobState, Reason } from '@massif/contracts';

const outcomes = ['succeeded', 'failed', 'stopped'] as const;

/** How an attempt ended, as its supervisor said. */
type AttemptOutcome = (typeof outcomes)[number];

/** An entry of a job's history. */
export type Entry = { seq: number; time: string; attempt: number } & (
  | { kind: 'transition'; to: JobState; reason: Reason | null; place: { node: string; ranks: number; resumedFrom: number | null } | null }
  | { kind: 'checkpoints'; count: number; step: number; bytes: number | null }
  | { kind: 'attempt'; outcome: AttemptOutcome; step: number | null; message: string | null }
  | { kind: 'cancel'; reason: Reason | null }
  | { kind: 'other'; type: string; reason: Reason | null }
);

/** A job's history, the latest first; checkpoints with nothing between them are one entry, or they would hide the rest. */
export function timelineOf(events: readonly Event[]): Entry[] {
  const entries: Entry[] = [];
  for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
    const entry = entryOf(event);
    const before = entries.at(-1);
    if (entry.kind === 'checkpoints' && before?.kind === 'checkpoints' && before.attempt === entry.attempt)
      entries[entries.length - 1] = { ...entry, count: before.count + 1 };
    else entries.push(entry);
  }
  return entries.reverse();
}

function entryOf({ seq, time, attempt, type, to, reason, data }: Event): Entry {
  const common = { seq, time, attempt };
  if (type === 'transition' && to !== null) return { ...common, kind: 'transition', to, reason, place: placeOf(data) };
  if (type === 'checkpoint')
    return { ...common, kind: 'checkpoints', count: 1, step: numberIn(data, 'step') ?? 0, bytes: numberIn(data, 'bytes') ?? null };
  const outcome = outcomes.find((name) => name === data?.['outcome']);
  if (type === 'attempt' && outcome) {
    const message = data?.['message'];
    return {
      ...common,
      kind: 'attempt',
      outcome,
      step: numberIn(data, 'step') ?? null,
      message: typeof message === 'string' ? message : null,
    };
  }
  if (type === 'cancel') return { ...common, kind: 'cancel', reason };
  return { ...common, kind: 'other', type, reason };
}

function placeOf(data: Event['data']): { node: string; ranks: number; resumedFrom: number | null } | null {
  const [node, ranks] = [data?.['node'], numberIn(data, 'ranks')];
  return typeof node === 'string' && ranks !== undefined ? { node, ranks, resumedFrom: numberIn(data, 'resumedFrom') ?? null } : null;
}

function numberIn(data: Event['data'], name: string): number | undefined {
  const value = data?.[name];
  return typeof value === 'number' ? value : undefined;
}
