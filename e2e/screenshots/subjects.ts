import { request } from '../harness/api.ts';
import type { Product } from '../harness/product.ts';
import { until } from '../harness/until.ts';

/** What of a demo is worth a picture. */
export interface Subjects {
  /** In the middle of training, on a whole node. */
  running: string;
  waiting: string;
  succeeded: string;
  failed: string;
  cancelled: string;
  /** Undefined if no job was recovering when somebody looked. */
  recovering: string | undefined;
  node: string;
}

interface Summary {
  id: string;
  state: string;
  attempt: number;
  devices: number | null;
  progress: { step: number; steps: number | null; evaluationLoss: number | null } | null;
}

/** Waits until the demo has them. @param patient waits for a job that recovers, too, which comes by chance */
export async function findSubjects(product: Product, { patient }: { patient: boolean }): Promise<Subjects> {
  const jobs = async (query: string) =>
    (await request<{ items: Summary[] }>(product, 'GET', `jobs?view=summary&limit=200&${query}`)).body.items;
  const first = (state: string, isGood: (job: Summary) => boolean = () => true) =>
    until(async () => (await jobs(`state=${state}&order=oldest`)).find(isGood)?.id, {
      timeoutMs: 120_000,
      everyMs: 500,
      what: `a job worth a picture that is ${state}`,
    });
  const shareDone = ({ progress }: Summary) => (progress?.steps ? progress.step / progress.steps : 0);
  const hasCurve = (job: Summary) =>
    (job.progress?.step ?? 0) >= 100 && (job.progress?.evaluationLoss ?? null) !== null && (job.devices ?? 0) >= 8;
  const { body: nodes } = await request<{ items: { name: string; devices: { id: string; state: string }[] }[] }>(
    product,
    'GET',
    'nodes?limit=200',
  );
  const busiest = nodes.items.find(({ devices }) => devices.every(({ state }) => state === 'allocated')) ?? nodes.items[0]!;
  await until(() => hasHour(product, busiest.devices[0]!.id), { timeoutMs: 180_000, everyMs: 1000, what: 'an hour of a device' });
  return {
    running: await first('running', (job) => hasCurve(job) && shareDone(job) > 0.4 && shareDone(job) < 0.8),
    waiting: await first('queued'),
    succeeded: await first('succeeded', hasCurve),
    failed: await first('failed'),
    cancelled: await first('cancelled'),
    recovering: patient ? await first('recovering').catch(() => undefined) : undefined,
    node: busiest.name,
  };
}

/** Whether nearly all of a device's last hour is there: it is written after a demo is up. */
async function hasHour(product: Product, device: string): Promise<boolean> {
  const { body } = await request<{ busy: (number | null)[] }>(product, 'GET', `devices/${device}/usage`);
  return body.busy.filter((share) => share !== null).length > 0.9 * body.busy.length;
}
