export { snapshotOf, type PlannedJob } from './planned.ts';
export { schedule } from './schedule.ts';
export type {
  Admission,
  Decisions,
  JobReasons,
  PendingJob,
  Reason,
  ReasonCode,
  SchedulerDevice,
  SchedulerNode,
  Snapshot,
} from './snapshot.ts';
