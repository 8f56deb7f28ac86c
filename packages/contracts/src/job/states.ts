/** Where a job can be, in the order of its life. */
export const jobStates = [
  'submitted',
  'planned',
  'queued',
  'admitted',
  'launching',
  'running',
  'recovering',
  'succeeded',
  'failed',
  'cancelled',
] as const;

export type JobState = (typeof jobStates)[number];

/** From each state, where a job may go next. Every transition is a compare-and-set that writes its event. */
export const transitions: Record<JobState, readonly JobState[]> = {
  submitted: ['planned', 'failed', 'cancelled'],
  planned: ['queued', 'failed', 'cancelled'],
  queued: ['admitted', 'failed', 'cancelled'],
  admitted: ['launching', 'recovering', 'failed', 'cancelled'],
  // A short job may be over before anyone saw it run.
  launching: ['running', 'recovering', 'succeeded', 'failed', 'cancelled'],
  running: ['recovering', 'succeeded', 'failed', 'cancelled'],
  recovering: ['queued', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

/** Whether a job in this state has ended for good. */
export function isTerminal(state: JobState): boolean {
  return transitions[state].length === 0;
}

export function canTransition(from: JobState, to: JobState): boolean {
  return transitions[from].includes(to);
}

/** Where an attempt can be. */
export const attemptStates = ['admitted', 'launching', 'running', 'succeeded', 'failed', 'stopped', 'lost'] as const;

export type AttemptState = (typeof attemptStates)[number];
