import type { Database } from '../database/database.ts';
import type { JobStore } from '../store.ts';
import { admitJob } from './admit.ts';
import { jobAttention } from './attention.ts';
import { waitingJobs, watchedJobs } from './active.ts';
import { changedSince, countJobs, getJob, listJobs, listSummaries, summariesOf } from './list.ts';
import { requestCancel, setReasons } from './mark.ts';
import { paceOfJobs } from './pace.ts';
import { firstAnswer, submitJob } from './submit.ts';
import { transitionJob } from './transition.ts';

export function jobStore(database: Database): JobStore {
  return {
    submit: (job) => submitJob(database, job),
    firstAnswer: (key) => firstAnswer(database, key),
    get: (scope, id) => getJob(database, scope, id),
    list: (scope, query = {}) => listJobs(database, scope, query),
    summaries: (scope, query = {}) => listSummaries(database, scope, query),
    changedSince: (scope, time) => changedSince(database, scope, time),
    summariesOf: (scope, ids) => summariesOf(database, scope, ids),
    watched: () => watchedJobs(database),
    waiting: () => waitingJobs(database),
    pace: () => paceOfJobs(database),
    attention: (scope, options) => jobAttention(database, scope, options),
    countByState: (scope) => countJobs(database, scope),
    transition: (transition) => transitionJob(database, transition),
    admit: (admission) => admitJob(database, admission),
    requestCancel: (scope, id, reason) => requestCancel(database, scope, id, reason),
    setReasons: setReasons(database),
  };
}
