import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { deviceProfileSchema } from '@massif/planner';
import { processIdentity, readRunRecords, removeRunRecord, stopProcess, writeRunRecord, type ProcessIdentity } from '@massif/processes';
import type { ClusterNode, Store } from '@massif/store';
import type { Logger } from 'pino';
import { z } from 'zod';

export interface CalibrationOptions {
  home: string;
  /** Program and arguments; prints `{ deviceType, profile }`. */
  command: string[];
  environment: NodeJS.ProcessEnv;
  store: Store;
  log: Logger;
  /** How long nothing may have been asked of this host before it is measured. */
  idleForMs?: number;
}

export interface Calibration {
  /** Told every few seconds how things are; begins to measure a host that has no profile when it has long been idle. */
  consider(node: ClusterNode, situation: { busy: boolean }): void;
  /** Ends a measurement at once: a gang needs the host. It begins anew some day. */
  yield(): void;
}

const role = 'calibrate';
const lowestPriority = 19;
const takesMsMax = 600_000;
/** A host that cannot be measured is not tried for ever. */
const failuresMax = 3;

const outputSchema = z.object({ deviceType: z.string().min(1), profile: deviceProfileSchema });

/** Measures this host once, in the background, at the lowest priority, and only while nobody needs it. */
export function createCalibration({ home, command, environment, store, log, idleForMs = 15_000 }: CalibrationOptions): Calibration {
  let idleSinceMs = performance.now();
  let failures = 0;
  let current: { identity: ProcessIdentity | undefined; yielded: boolean } | undefined;
  void endLeftOver(home);

  const yieldNow = () => {
    idleSinceMs = performance.now();
    if (!current?.identity) return;
    current.yielded = true;
    void stopProcess(current.identity, { graceMs: 0, group: true });
  };

  return {
    consider: (node, { busy }) => {
      if (busy) return yieldNow();
      const measurable = failures < failuresMax && node.devices.some(({ type }) => type === 'cpu');
      if (!measurable || current || node.profiles['cpu'] !== undefined || performance.now() - idleSinceMs < idleForMs) return;
      measure(command, node).catch((error: unknown) => {
        failures++;
        log.warn({ err: error }, 'this host cannot be measured; plans use a default profile');
      });
    },
    yield: yieldNow,
  };

  async function measure([program, ...rest]: string[], node: ClusterNode): Promise<void> {
    log.info('measuring this host');
    // A group of its own: it has processes of its own, which end with it.
    const child = spawn(program!, rest, { env: environment, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
    const output = text(child.stdout);
    const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
    const measuring = { identity, yielded: false };
    current = measuring;
    const timer = setTimeout(() => void (identity && stopProcess(identity, { graceMs: 0, group: true })), takesMsMax);
    try {
      if (identity) {
        setPriority(identity.pid, lowestPriority);
        writeRunRecord(home, { ...identity, role });
      }
      const [code, signal] = await ended;
      if (code !== 0) throw new Error(signal ? `it was killed by ${signal}` : `it exited with status ${code}`);
      const { deviceType, profile } = outputSchema.parse(JSON.parse(await output));
      await store.nodes.setProfile({ id: node.id, deviceType, profile });
      log.info({ deviceType }, 'this host is measured');
    } catch (error) {
      if (!measuring.yielded) throw error;
      log.info('measuring this host is put off');
    } finally {
      current = undefined;
      clearTimeout(timer);
      if (identity) removeRunRecord(home, identity);
    }
  }
}

/** A controller that was killed may have left one behind. */
async function endLeftOver(home: string): Promise<void> {
  for (const record of readRunRecords(home)) {
    if (record.role !== role) continue;
    await stopProcess(record, { graceMs: 0, group: true });
    removeRunRecord(home, record);
  }
}
