import { formatBytes } from '@massif/contracts';
import { isUsable, suitableByType, type Shape } from './devices.ts';
import type { PendingJob, Reason, ReasonCode, SchedulerNode } from './snapshot.ts';

/** The devices that jobs of one shape could use, counted. Each maximum is over the nodes and types: a gang needs one of each. */
export interface Survey {
  /** On all nodes, of the most frequent type. */
  total: number;
  onOneNodeMax: number;
  usableOnOneNodeMax: number;
  freeOnOneNodeMax: number;
  /** Jobs that hold any of them, in the order of the devices. */
  heldBy: string[];
}

export function surveyShape(shape: Shape, nodes: SchedulerNode[], holders: ReadonlyMap<string, string>): Survey {
  const totals = new Map<string, number>();
  const heldBy = new Set<string>();
  const survey = { onOneNodeMax: 0, usableOnOneNodeMax: 0, freeOnOneNodeMax: 0 };
  for (const node of nodes) {
    for (const devices of suitableByType(shape, node)) {
      const usable = devices.filter((device) => isUsable(node, device));
      const free = usable.filter((device) => !holders.has(device.id));
      for (const device of devices) {
        const holder = holders.get(device.id);
        if (holder !== undefined) heldBy.add(holder);
      }
      const type = devices[0]!.type;
      totals.set(type, (totals.get(type) ?? 0) + devices.length);
      survey.onOneNodeMax = Math.max(survey.onOneNodeMax, devices.length);
      survey.usableOnOneNodeMax = Math.max(survey.usableOnOneNodeMax, usable.length);
      survey.freeOnOneNodeMax = Math.max(survey.freeOnOneNodeMax, free.length);
    }
  }
  return { ...survey, total: Math.max(0, ...totals.values()), heldBy: [...heldBy] };
}

/** Jobs that a reason names; the rest is a number. */
const namedMax = 5;

interface Cause {
  code: ReasonCode;
  missing: number;
  sentence: string;
}

/** Why a job is not admitted, from the deepest cause to the most passing: the first that holds is told. */
export function explain({
  job,
  survey,
  waiting,
  position,
}: {
  job: PendingJob;
  survey: Survey;
  waiting: PendingJob[];
  position: number;
}): Reason {
  const kind = job.deviceType === 'any' ? 'device' : `${job.deviceType} device`;
  const memory = job.memoryPerDeviceBytes ? ` with ${formatBytes(job.memoryPerDeviceBytes)}` : '';
  const wants = `It needs ${count(job.devices, `${kind}`)}${memory}`;
  const { total, onOneNodeMax, usableOnOneNodeMax, freeOnOneNodeMax } = survey;
  const { code, missing, sentence } = cause();
  return {
    code,
    message: `${wants}${sentence}${aheadText()}.`,
    missing,
    heldBy: survey.heldBy.slice(0, namedMax),
    heldByCount: survey.heldBy.length,
    ahead: { count: position, jobs: waiting.slice(Math.max(0, position - namedMax), position).map(({ id }) => id) },
  };

  function cause(): Cause {
    if (total < job.devices)
      return { code: 'not_enough_devices', missing: job.devices - total, sentence: `; there ${total === 1 ? 'is' : 'are'} only ${total}` };
    if (onOneNodeMax < job.devices)
      return {
        code: 'no_node_large_enough',
        missing: job.devices - onOneNodeMax,
        sentence: ` on one node; the largest node has ${onOneNodeMax}`,
      };
    if (usableOnOneNodeMax < job.devices)
      return {
        code: 'nodes_unavailable',
        missing: job.devices - usableOnOneNodeMax,
        sentence: `; only ${usableOnOneNodeMax} of ${onOneNodeMax} can be used while nodes are cordoned or unhealthy`,
      };
    const missing = job.devices - freeOnOneNodeMax;
    return {
      code: 'waiting_for_devices',
      missing,
      sentence: `; ${freeOnOneNodeMax} of ${usableOnOneNodeMax} ${freeOnOneNodeMax === 1 ? 'is' : 'are'} free${heldText()}`,
    };
  }

  function heldText(): string {
    const { heldBy } = survey;
    if (heldBy.length === 0) return '';
    const named = heldBy.slice(0, namedMax).join(', ');
    return `, the rest ${heldBy.length === 1 ? 'is' : 'are'} held by ${named}${heldBy.length > namedMax ? ` and ${heldBy.length - namedMax} more jobs` : ''}`;
  }

  function aheadText(): string {
    return position === 0 ? '' : `; ${count(position, 'job')} ${position === 1 ? 'is' : 'are'} ahead of it`;
  }
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
