import { jobKinds, jobStates, type JobKind, type JobState, type JobSummary } from '@massif/contracts';
import { oneOf, textOf, type RawSearch } from '../../api/search.ts';

/** What a list of jobs is narrowed down to; it is the address. */
export interface JobsSearch {
  /** Several are separated by commas, in the order of a job's life. */
  state?: string | undefined;
  kind?: JobKind | undefined;
  queue?: string | undefined;
  /** Part of the name or id. */
  search?: string | undefined;
  order?: 'oldest' | undefined;
}

export function parseJobsSearch(search: RawSearch): JobsSearch {
  return {
    state: joined(statesIn({ state: textOf(search['state']) })),
    kind: oneOf(jobKinds, search['kind']),
    queue: textOf(search['queue'])?.slice(0, 63),
    search: textOf(search['search'])?.slice(0, 200),
    order: oneOf(['oldest'], search['order']),
  };
}

/** The states that are asked for. */
export function statesIn({ state = '' }: JobsSearch): JobState[] {
  const named = state.split(',');
  return jobStates.filter((name) => named.includes(name));
}

function joined(states: readonly JobState[]): string | undefined {
  return states.length > 0 ? states.join(',') : undefined;
}

/** States that one filters for together: what waits, what runs. */
export const stateGroups = [
  { name: 'waiting', states: ['submitted', 'planned', 'queued'] },
  { name: 'running', states: ['admitted', 'launching', 'running', 'recovering'] },
  { name: 'succeeded', states: ['succeeded'] },
  { name: 'failed', states: ['failed'] },
  { name: 'cancelled', states: ['cancelled'] },
] as const satisfies readonly { name: string; states: readonly JobState[] }[];

export type StateGroup = (typeof stateGroups)[number]['name'];

/** Whether all states of a group are asked for. */
export function hasGroup(search: JobsSearch, group: StateGroup): boolean {
  const chosen = statesIn(search);
  return statesOf(group).every((name) => chosen.includes(name));
}

/** The same list with a group more, or without it. */
export function toggleGroup(search: JobsSearch, group: StateGroup): JobsSearch {
  const states = statesOf(group);
  const [chosen, isOn] = [statesIn(search), hasGroup(search, group)];
  return { ...search, state: joined(jobStates.filter((name) => (states.includes(name) ? !isOn : chosen.includes(name)))) };
}

function statesOf(group: StateGroup): readonly JobState[] {
  return stateGroups.find(({ name }) => name === group)!.states;
}

/** Whether a job belongs into a list, as the API judges it. */
export function matches({ state, kind, queue, search }: JobsSearch, job: JobSummary): boolean {
  const text = search?.toLowerCase();
  return (
    (state === undefined || statesIn({ state }).includes(job.state)) &&
    (kind === undefined || kind === job.kind) &&
    (queue === undefined || queue === job.queue) &&
    (text === undefined || job.name.toLowerCase().includes(text) || job.id.toLowerCase().includes(text))
  );
}

export function isFiltered({ state, kind, queue, search }: JobsSearch): boolean {
  return [state, kind, queue, search].some((filter) => filter !== undefined);
}
