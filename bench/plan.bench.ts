// How near a plan comes to what then happens: step time and memory of the main job after `massif calibrate`, beside those that
// `massif train --local` reports.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const steps = 30;

const home = await mkdtemp(join(tmpdir(), 'massif-bench-'));
function massif(...commandArguments: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/massif.mjs'), ...commandArguments], {
    encoding: 'utf8',
    env: { ...process.env, MASSIF_HOME: home },
    cwd: root,
  });
  if (status !== 0) throw new Error(`massif ${commandArguments.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

const spec = join(home, 'job.yaml');
const job = await readFile(join(root, 'examples/moby-dick.yaml'), 'utf8');
await writeFile(spec, job.replace(/steps: \d+/, `steps: ${steps}`));
massif('calibrate');
const { plans } = JSON.parse(massif('plan', '-f', spec, '--json')) as { plans: { stepTimeMs: number; memoryGiB: number }[] };
const lines = massif('train', '-f', spec, '--local', '--json', '--out', join(home, 'model')).trim().split('\n');
const measured = lines
  .map((line) => JSON.parse(line) as { stepTimeMs?: number; memory: { deviceBytes: number } })
  .filter(({ stepTimeMs }) => stepTimeMs !== undefined);
await rm(home, { recursive: true });

const times = measured.map(({ stepTimeMs }) => stepTimeMs!).toSorted((a, b) => a - b);
const [plan] = plans;
const rows: [string, number, number][] = [
  ['median step, ms', plan!.stepTimeMs, times[Math.floor(times.length / 2)]!],
  ['device memory, MiB', plan!.memoryGiB * 1024, measured[0]!.memory.deviceBytes / 2 ** 20],
];
process.stdout.write(`${''.padEnd(20)}   planned  measured  planned / measured\n`);
for (const [name, planned, found] of rows)
  process.stdout.write(
    `${name.padEnd(20)}${planned.toFixed(1).padStart(10)}${found.toFixed(1).padStart(10)}${(planned / found).toFixed(3).padStart(20)}\n`,
  );
