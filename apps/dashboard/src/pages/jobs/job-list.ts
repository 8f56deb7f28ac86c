import { toAppError, type AppError, type JobChange, type JobSummary } from '@massif/contracts';
import { matches, type JobsSearch } from './search.ts';
import {
  emptyWindow,
  missingPages,
  pageRows,
  withAnswer,
  withChange,
  type ListWindow,
  type PageAnswer,
  type PageRequest,
  type View,
} from './window.ts';

export interface JobListState {
  window: ListWindow<JobSummary>;
  /** Jobs that belong into the list by now and are not in it yet. */
  arrived: number;
  /** Jobs that are in it and do not belong there any more. */
  departed: number;
  error: AppError | undefined;
}

type Query = Omit<PageRequest, 'page'>;

export interface JobList {
  state(): JobListState;
  subscribe(listener: () => void): () => void;
  /** Fetches what is missing for a view, and gives up what was on its way for another. */
  look(view: View): void;
  change(changes: readonly JobChange[]): void;
  /** The stream begins anew: what changed meanwhile is asked for. */
  reconnected(): void;
  /** Reads the list again from its top; it stays as it is until the answer is there. */
  refresh(): void;
  end(): void;
}

/** Whoever drags the bar passes thousands of rows: only where he stays is read. */
const settleMs = 80;

/** Requests at a time: one that shows, one that is ahead of it. */
const requestsMax = 3;

/** A list as it is scrolled through: its window, what is on its way, and what the stream says meanwhile. */
export function createJobList(filter: JobsSearch, read: (query: Query, signal: AbortSignal) => Promise<PageAnswer<JobSummary>>): JobList {
  let state: JobListState = { window: emptyWindow, arrived: 0, departed: 0, error: undefined };
  let view: View = { first: 0, last: 0, ahead: { up: 0, down: pageRows } };
  let refreshing: AbortController | undefined;
  /** Of the list as it is; the page that it stood on may be forgotten. */
  let newestId: string | undefined;
  let settled: ReturnType<typeof setTimeout> | undefined;
  const asked = new Map<number, AbortController>();
  const arrived = new Set<string>();
  const departed = new Set<string>();
  const listeners = new Set<() => void>();

  const set = (next: Partial<JobListState>) => {
    state = { ...state, arrived: arrived.size, departed: departed.size, ...next };
    for (const listener of listeners) listener();
  };

  const fetchMissing = () => {
    if (refreshing) return;
    const wanted = missingPages(state.window, view, new Set(asked.keys()));
    for (const request of wanted.slice(0, Math.max(0, requestsMax - asked.size))) void fetchPage(request);
  };

  const fetchPage = async (request: PageRequest) => {
    const controller = new AbortController();
    asked.set(request.page, controller);
    const { page: _, ...query } = request;
    try {
      const answer = await read(query, controller.signal);
      if (asked.get(request.page) !== controller) return;
      asked.delete(request.page);
      if (state.window.total === null) newestId = answer.items[0]?.id;
      set({ window: withAnswer(state.window, request, answer), error: undefined });
      fetchMissing();
    } catch (error) {
      if (asked.get(request.page) !== controller) return;
      asked.delete(request.page);
      set({ error: toAppError(error) });
    }
  };

  const abandon = (keep: (page: number) => boolean) => {
    for (const [page, controller] of asked) {
      if (keep(page)) continue;
      asked.delete(page);
      controller.abort();
    }
  };

  const refresh = async () => {
    refreshing?.abort();
    const controller = (refreshing = new AbortController());
    abandon(() => false);
    const request: PageRequest = { page: 0, order: 'newest', limit: pageRows };
    try {
      const answer = await read({ order: 'newest', limit: pageRows }, controller.signal);
      if (refreshing !== controller) return;
      refreshing = undefined;
      arrived.clear();
      departed.clear();
      newestId = answer.items[0]?.id;
      set({ window: withAnswer(emptyWindow, request, answer), error: undefined });
      fetchMissing();
    } catch (error) {
      if (refreshing !== controller) return;
      refreshing = undefined;
      set({ error: toAppError(error) });
    }
  };

  /** Whether a job that is not here should be: it is newer than all, or between rows that are. */
  const belongs = (job: JobChange) => {
    const { window } = state;
    if (window.total === null || !matches(filter, job)) return false;
    // Ids grow with time.
    return (
      newestId === undefined ||
      job.id > newestId ||
      [...window.pages.values()].some(({ rows }) => job.id < rows[0]!.id && job.id > rows.at(-1)!.id)
    );
  };

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    look(next) {
      const hasJumped = Math.abs(next.first - view.first) > 2 * pageRows;
      view = next;
      const pages = {
        first: Math.floor((view.first - view.ahead.up) / pageRows),
        last: Math.floor((view.last + view.ahead.down) / pageRows),
      };
      if (state.window.total !== null) abandon((page) => page >= pages.first && page <= pages.last);
      clearTimeout(settled);
      if (hasJumped) settled = setTimeout(fetchMissing, settleMs);
      else fetchMissing();
    },
    change(changes) {
      let { window } = state;
      for (const change of changes) {
        const next = withChange(window, change);
        const isHere = next !== window;
        window = next;
        departed.delete(change.id);
        arrived.delete(change.id);
        if (isHere && !matches(filter, change)) departed.add(change.id);
        if (!isHere && belongs(change)) arrived.add(change.id);
      }
      set({ window });
    },
    reconnected() {
      if (state.window.total !== null) void revalidate();
    },
    refresh: () => void refresh(),
    end() {
      clearTimeout(settled);
      abandon(() => false);
      refreshing?.abort();
      refreshing = undefined;
    },
  };

  /** Rows in view as they are by now, in their places, and what has come at the top. */
  async function revalidate(): Promise<void> {
    const { signal } = new AbortController();
    const readFrom = (offset: number) => read({ order: 'newest', limit: pageRows, ...(offset > 0 && { offset }) }, signal);
    try {
      const answers = await Promise.all([0, ...(view.first >= pageRows ? [view.first] : [])].map(readFrom));
      let { window } = state;
      for (const job of answers.flatMap(({ items }) => items)) {
        const next = withChange(window, job);
        if (next === window && belongs(job)) arrived.add(job.id);
        window = next;
      }
      set({ window });
    } catch {
      // The stream, which has just come back, will say more.
    }
  }
}
