import { isTerminal, toAppError, type AppError, type JobChange, type JobSummary } from '@massif/contracts';
import { backoffMs } from '../../api/live/backoff.ts';
import { readAgain } from './read-again.ts';
import { matches, type JobsSearch } from './search.ts';
import {
  emptyWindow,
  missingPages,
  pageOf,
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
  /** It is being read from its top. */
  isRefreshing: boolean;
  error: AppError | undefined;
}

/** How the API is asked. */
export interface JobReader {
  page(query: Omit<PageRequest, 'page'>, signal: AbortSignal): Promise<PageAnswer<JobSummary>>;
  /** One of them as it is by now, whether it belongs into the list or not. */
  job(job: JobSummary, signal: AbortSignal): Promise<JobSummary>;
}

export interface JobList {
  state(): JobListState;
  subscribe(listener: () => void): () => void;
  /** Fetches what is missing for a view, and gives up what was on its way for another. */
  look(view: View): void;
  change(changes: readonly JobChange[]): void;
  /** Nobody told what changed since: it is asked for. No row changes its place. */
  revalidate(): void;
  /** Reads the list again from its top; it stays as it is until the answer is there. */
  refresh(): void;
  end(): void;
}

/** Whoever drags the bar passes thousands of rows: only where he stays is read. */
export const settleMs = 80;

/** Requests at a time: one that shows, one that is ahead of it. */
const requestsMax = 3;

/** A list as it is scrolled through: its window, what is on its way, and what the stream says meanwhile. */
export function createJobList(filter: JobsSearch, read: JobReader): JobList {
  let state: JobListState = { window: emptyWindow, arrived: 0, departed: 0, isRefreshing: false, error: undefined };
  let view: View = { first: 0, last: 0, ahead: { up: 0, down: pageRows } };
  let refreshing: AbortController | undefined;
  let revalidating: AbortController | undefined;
  /** Of the list as it is; the page that it stood on may be forgotten. */
  let newestId: string | undefined;
  let settled: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  /** Nobody told what changed since it was read. */
  let isOld = false;
  /** Jobs that left the list where it is not in memory, as far as the API has counted. */
  let leftElsewhere = 0;
  const asked = new Map<number, AbortController>();
  const arrived = new Set<string>();
  const departed = new Set<string>();
  /** What the stream said last: an answer that was on its way may be older. */
  const told = new Map<string, JobChange>();
  const listeners = new Set<() => void>();

  const set = (next: Partial<JobListState>) => {
    const counts = { arrived: arrived.size, departed: Math.max(departed.size, leftElsewhere) };
    state = { ...state, ...counts, isRefreshing: refreshing !== undefined, ...next };
    for (const listener of listeners) listener();
  };

  const succeeded = (next: Partial<JobListState>) => {
    failures = 0;
    clearTimeout(again);
    set({ ...next, error: undefined });
    fetchMissing();
  };

  /** Says what went wrong, and asks again by itself. */
  const failed = (error: unknown) => {
    clearTimeout(again);
    again = setTimeout(() => (isOld ? void revalidate() : fetchMissing()), backoffMs(++failures, Math.random()));
    set({ error: toAppError(error) });
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
      const answer = await read.page(query, controller.signal);
      if (asked.get(request.page) !== controller) return;
      asked.delete(request.page);
      if (state.window.total === null) newestId = answer.items[0]?.id;
      succeeded({ window: withAnswer(state.window, request, { ...answer, items: latest(answer.items) }) });
      if (isOld && revalidating === undefined) void revalidate();
    } catch (error) {
      if (asked.get(request.page) !== controller) return;
      asked.delete(request.page);
      failed(error);
    }
  };

  /** Rows of an answer, with what the stream has said of them meanwhile. */
  const latest = (jobs: readonly JobSummary[]) =>
    jobs.map((job) => {
      const change = told.get(job.id);
      if (change && !matches(filter, change)) departed.add(job.id);
      return change ?? job;
    });

  const abandon = (keep: (page: number) => boolean) => {
    for (const [page, controller] of asked) {
      if (keep(page)) continue;
      asked.delete(page);
      controller.abort();
    }
  };

  /** Gives up everything that is on its way. */
  const stop = () => {
    clearTimeout(again);
    abandon(() => false);
    for (const controller of [refreshing, revalidating]) controller?.abort();
    refreshing = revalidating = undefined;
    told.clear();
  };

  const refresh = async () => {
    stop();
    const controller = (refreshing = new AbortController());
    set({});
    const request: PageRequest = { page: 0, order: 'newest', limit: pageRows };
    try {
      const answer = await read.page({ order: 'newest', limit: pageRows }, controller.signal);
      if (refreshing !== controller) return;
      refreshing = undefined;
      arrived.clear();
      departed.clear();
      leftElsewhere = 0;
      isOld = false;
      newestId = answer.items[0]?.id;
      succeeded({ window: applied(withAnswer(emptyWindow, request, answer), told.values()) });
    } catch (error) {
      if (refreshing !== controller) return;
      refreshing = undefined;
      isOld = true;
      failed(error);
    }
  };

  /** Whether a job that is not here should be: it is newer than all, or between rows that are. */
  const belongs = (window: ListWindow<JobSummary>, job: JobChange) => {
    if (window.total === null || !matches(filter, job)) return false;
    // Ids grow with time.
    return (
      newestId === undefined ||
      job.id > newestId ||
      [...window.pages.values()].some(({ rows }) => job.id < rows[0]!.id && job.id > rows.at(-1)!.id)
    );
  };

  /** The window with jobs as they are by now, in their places; counts those that should be there, and those that should not. */
  const applied = (window: ListWindow<JobSummary>, jobs: Iterable<JobSummary>) => {
    for (const job of jobs) {
      const next = withChange(window, job);
      const isHere = next !== window;
      window = next;
      departed.delete(job.id);
      arrived.delete(job.id);
      if (isHere && !matches(filter, job)) departed.add(job.id);
      if (!isHere && belongs(window, job)) arrived.add(job.id);
    }
    return window;
  };

  /** Rows in view as they are by now, in their places, and what has come at the top. Pages out of view are forgotten: they are old. */
  const revalidate = async () => {
    if (refreshing) return refresh();
    const { window } = state;
    isOld = window.total !== null || asked.has(0);
    if (window.total === null) return fetchMissing();
    stop();
    const controller = (revalidating = new AbortController());
    fetchMissing();
    const [first, last] = [pageOf(view.first), pageOf(view.last)];
    const inView = ([page]: [number, unknown]) => page >= first && page <= last;
    try {
      const { jobs, total } = await readAgain(window, { first, last }, (query) => read.page(query, controller.signal));
      if (revalidating !== controller) return;
      isOld = false;
      if (state.window.total !== null) {
        // Pages that came meanwhile are as new.
        const pages = new Map([...state.window.pages].filter((entry) => inView(entry) || !window.pages.has(entry[0])));
        arrived.clear();
        const next = applied({ ...state.window, pages, drift: total - state.window.total }, [...jobs, ...told.values()]);
        leftElsewhere = Math.max(0, arrived.size + state.window.total - total);
        const found = new Set([...jobs.map(({ id }) => id), ...told.keys()]);
        const gone = [...window.pages].filter(inView).flatMap(([, { rows }]) => rows.filter(({ id }) => !found.has(id)));
        for (const { id } of gone) departed.add(id);
        set({ window: next });
        fetchMissing();
        await readGone(gone, controller);
        if (revalidating !== controller) return;
      }
      revalidating = undefined;
      succeeded({});
    } catch (error) {
      if (revalidating !== controller) return;
      revalidating = undefined;
      isOld = true;
      failed(error);
    }
  };

  /** Rows that the list does not name any more stay where they are, as what has become of them. */
  const readGone = async (gone: readonly JobSummary[], controller: AbortController) => {
    const open = gone.filter(({ state: before }) => !isTerminal(before));
    for (let at = 0; at < open.length; at += requestsMax) {
      const jobs = await Promise.all(open.slice(at, at + requestsMax).map((job) => read.job(job, controller.signal)));
      if (revalidating !== controller) return;
      set({ window: applied(state.window, latest(jobs)) });
    }
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
      const pages = { first: pageOf(view.first - view.ahead.up), last: pageOf(view.last + view.ahead.down) };
      if (state.window.total !== null) abandon((page) => page >= pages.first && page <= pages.last);
      clearTimeout(settled);
      if (hasJumped) settled = setTimeout(fetchMissing, settleMs);
      else fetchMissing();
    },
    change(changes) {
      if (asked.size === 0 && !refreshing && !revalidating) told.clear();
      for (const change of changes) told.set(change.id, change);
      set({ window: applied(state.window, changes) });
    },
    revalidate: () => void revalidate(),
    refresh: () => void refresh(),
    end() {
      clearTimeout(settled);
      stop();
    },
  };
}

/** Whether a list that is behind may be read anew: where rows may change their places, or where there are none. */
export function mayCatchUp({ window, arrived, departed, isRefreshing, error }: JobListState, mayMove: boolean): boolean {
  return (arrived > 0 || departed > 0) && !isRefreshing && error === undefined && (mayMove || window.total === 0);
}
