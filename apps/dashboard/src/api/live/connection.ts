import type { AppError, LiveFrame, LiveTopic } from '@massif/contracts';
import { isSignedOut } from '../errors.ts';
import { backoffMs } from './backoff.ts';
import { createTopics, topicKey } from './topics.ts';

export type LiveState =
  /** For the first time, or with other topics. */
  | { name: 'connecting' }
  | { name: 'live' }
  /** Nothing has come since; the next try is at a time, or is being made. */
  | { name: 'lost'; sinceMs: number; retryAtMs: number | null; error: AppError | undefined }
  /** Nobody is signed in: trying again would not help. */
  | { name: 'stopped' };

export interface LiveConnection {
  /** Frames of a topic, from now on. @returns the function that ends it */
  subscribe(topic: LiveTopic, onFrame?: (frame: LiveFrame) => void): () => void;
  state(): LiveState;
  onState(listener: () => void): () => void;
  /** Tries at once instead of waiting. */
  retry(): void;
}

interface Options {
  /** One connection. An empty batch shows that it lives. */
  open(topics: readonly LiveTopic[], call: { signal: AbortSignal }): AsyncGenerator<LiveFrame[], void>;
  /** Every frame, before those who subscribed to its topic get it. */
  onFrame(frame: LiveFrame): void;
  onSignedOut(): void;
  /** A listener threw: that is its own fault, and not the connection's. */
  onFault(error: unknown): void;
}

/** Navigation ends some topics and begins others: one new connection for all of that. */
const settleMs = 30;
/** The API says something every 15 s; a connection that is silent for longer than this is dead, whatever the network thinks. */
const silenceMs = 40_000;

/** One connection for everything that is shown, kept for as long as somebody subscribes; broken ones are opened again from where they were. */
export function createLiveConnection({ open, onFrame, onSignedOut, onFault }: Options): LiveConnection {
  const topics = createTopics();
  const readers = new Map<string, Set<(frame: LiveFrame) => void>>();
  const stateListeners = new Set<() => void>();
  let state: LiveState = { name: 'connecting' };
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;

  const setState = (next: LiveState) => {
    if (state.name === 'live' && next.name === 'live') return;
    state = next;
    for (const listener of stateListeners) listener();
  };

  const deliver = (frame: LiveFrame) => {
    topics.advance(frame);
    for (const listener of [onFrame, ...frameKeys(frame).flatMap((key) => [...(readers.get(key) ?? [])])]) {
      try {
        listener(frame);
      } catch (error) {
        onFault(error);
      }
    }
  };

  const connect = async () => {
    running?.abort();
    running = undefined;
    const asked = topics.list();
    if (asked.length === 0) return;
    const controller = new AbortController();
    running = controller;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => controller.abort(new Error('silent')), silenceMs);
    };
    let error: unknown;
    try {
      alive();
      for await (const frames of open(asked, { signal: controller.signal })) {
        if (running !== controller) return;
        alive();
        failures = 0;
        setState({ name: 'live' });
        for (const frame of frames) deliver(frame);
      }
    } catch (thrown) {
      error = thrown;
    } finally {
      clearTimeout(watchdog);
    }
    if (running !== controller) return;
    running = undefined;
    if (isSignedOut(error)) {
      setState({ name: 'stopped' });
      onSignedOut();
      return;
    }
    failures++;
    const waitMs = backoffMs(failures, Math.random());
    const sinceMs = state.name === 'lost' ? state.sinceMs : Date.now();
    setState({ name: 'lost', sinceMs, retryAtMs: Date.now() + waitMs, error: error as AppError | undefined });
    schedule(waitMs);
  };

  const schedule = (waitMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (state.name === 'lost') setState({ ...state, retryAtMs: null });
      void connect();
    }, waitMs);
  };

  /** While the connection is lost, a change of topics waits for the next try; one that is being made would not ask for them. */
  const changed = () => {
    if (state.name === 'live' || state.name === 'connecting' || (state.name === 'lost' && state.retryAtMs === null)) schedule(settleMs);
    if (state.name === 'stopped') {
      setState({ name: 'connecting' });
      schedule(settleMs);
    }
  };

  const retry = () => {
    if (state.name === 'lost' && state.retryAtMs !== null) schedule(0);
  };

  return {
    subscribe(topic, reader) {
      const key = topicKey(topic);
      if (reader) readers.set(key, (readers.get(key) ?? new Set()).add(reader));
      if (topics.add(topic)) changed();
      return () => {
        if (reader) readers.get(key)?.delete(reader);
        if (topics.remove(topic)) changed();
      };
    },
    state: () => state,
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    retry,
  };
}

/** The topics that a frame belongs to. */
function frameKeys({ event, data }: LiveFrame): string[] {
  switch (event) {
    case 'overview':
    case 'jobs':
    case 'devices':
      return [event];
    case 'job':
      return [`job:${data.id}`];
    case 'events':
    case 'metrics':
    case 'logs':
      return [`${event}:${data.job}`];
    case 'ended':
    case 'reset':
      return [`${data.series}:${data.job}`];
  }
}
