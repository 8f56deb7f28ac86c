export { makeDirectory, replaceFile, writeOnce } from './files.ts';
export { groupMembers, groupIsGone } from './group.ts';
export { describeHost, type Host } from './host.ts';
export { processLoad, type ProcessLoad } from './load.ts';
export { hasEnvironment, isAlive, processIdentity, type ProcessIdentity } from './identity.ts';
export { lossyOutput } from './output.ts';
export { readRunRecords, removeRunRecord, writeRunRecord, type RunRecord } from './records.ts';
export { stopProcess, type StopOptions } from './stop.ts';
export { watchProcess, type WatchOptions } from './watch.ts';
