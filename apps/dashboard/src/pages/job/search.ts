import { oneOf, textOf, type RawSearch } from '../../api/search.ts';

export const jobTabs = ['overview', 'layout', 'logs', 'checkpoints', 'events', 'spec', 'plan'] as const;
export type JobTab = (typeof jobTabs)[number];

/** What of a job is shown. */
export interface JobSearch {
  /** Without one, the overview. */
  tab?: Exclude<JobTab, 'overview'> | undefined;
  /** The stretch of steps that the charts show; both or none. */
  from?: number | undefined;
  to?: number | undefined;
  /** Of the loss. */
  scale?: 'log' | undefined;
  /** Of one rank; -1 is the supervisor. */
  rank?: number | undefined;
  attempt?: number | undefined;
  /** Part of a log line. */
  find?: string | undefined;
}

export function parseJobSearch(search: RawSearch): JobSearch {
  const tab = oneOf(jobTabs, search['tab']);
  const [from, to] = [wholeNumber(search['from'], 0), wholeNumber(search['to'], 1)];
  const isZoomed = from !== undefined && to !== undefined && from < to;
  return {
    tab: tab === 'overview' ? undefined : tab,
    from: isZoomed ? from : undefined,
    to: isZoomed ? to : undefined,
    scale: oneOf(['log'], search['scale']),
    rank: wholeNumber(search['rank'], -1),
    attempt: wholeNumber(search['attempt'], 1),
    find: textOf(search['find'])?.slice(0, 200),
  };
}

function wholeNumber(value: unknown, min: number): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value < 2 ** 31 ? value : undefined;
}
