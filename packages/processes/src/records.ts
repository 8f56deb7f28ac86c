import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, replaceFile } from './files.ts';
import type { ProcessIdentity } from './identity.ts';

/** What is known of a process of ours that may outlive the one that started it. */
export interface RunRecord extends ProcessIdentity {
  /** postgres, redis, api, controller, guardian, supervisor, rank, ... */
  role: string;
  jobId?: string;
  attempt?: number;
  /** Of a rank: which one. */
  rank?: number;
}

const directoryOf = (home: string) => join(home, 'run');
const fileOf = (home: string, pid: number) => join(directoryOf(home), `${pid}.json`);

/** Writes `HOME/run/PID.json`, whole or not at all, readable by the owner only. It replaces the record of a dead process that had this pid. */
export function writeRunRecord(home: string, record: RunRecord): void {
  makeDirectory(directoryOf(home));
  replaceFile(fileOf(home, record.pid), JSON.stringify(record));
}

/** All records, of living and dead processes; `isAlive(record)` tells which. Files that are no records are passed over. */
export function readRunRecords(home: string): RunRecord[] {
  let names: string[];
  try {
    names = readdirSync(directoryOf(home));
  } catch {
    return [];
  }
  return names.filter((name) => /^\d+\.json$/.test(name)).flatMap((name) => readRecord(join(directoryOf(home), name)) ?? []);
}

/** Removes the record of this process. Another process that was given its pid since keeps its own. */
export function removeRunRecord(home: string, identity: ProcessIdentity): void {
  const record = readRecord(fileOf(home, identity.pid));
  if (record && record.startTicks === identity.startTicks && record.bootId === identity.bootId)
    rmSync(fileOf(home, identity.pid), { force: true });
}

function readRecord(path: string): RunRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isRunRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startTicks, bootId, role } = value as Record<string, unknown>;
  return Number.isInteger(pid) && typeof startTicks === 'string' && typeof bootId === 'string' && typeof role === 'string';
}
