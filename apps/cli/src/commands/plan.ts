import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readModelConfig } from '@massif/catalog/files';
import { AppError } from '@massif/contracts';
import { deviceProfileSchema, nativeCapabilities, plan, type DeviceProfile, type PlanCluster } from '@massif/planner';
import { describeHost } from '@massif/processes';
import { Option, type Command } from 'commander';
import { describeLayout, planTable } from '../format/job.ts';
import type { CliContext } from '../program.ts';
import { examples } from './help.ts';
import { readLocalSpec } from './local-spec.ts';

/** Options of the form that plans for accelerators of the catalogue. */
const unbuiltOptions = ['model', 'gpus', 'gpu', 'global-batch', 'seq', 'precision', 'tokens', 'objective', 'constrain'];

const help = `${examples('massif plan -f job.yaml', 'massif plan -f job.yaml --explain', 'massif plan -f job.yaml --json | jq .plans[0].stepTimeMs')}

Times are those of a default machine until massif calibrate, or massif up when it idles, has measured this one.
Plans for accelerators that are not here (--model ... --gpu ...) are not built yet.`;

/** `massif plan`: which layouts could run, how fast, in how much memory. Needs no control plane. */
export function addPlanCommands(program: Command, { environment, output }: CliContext): void {
  const command = program
    .command('plan')
    .description('the ways to run a job on the devices of this machine, best first')
    .option('-f, --file <file>', 'job spec, YAML or JSON')
    .option('--explain', 'also say where the numbers come from')
    .addHelpText('after', help);
  for (const name of unbuiltOptions) command.addOption(new Option(`--${name} <value>`).hideHelp());
  command.action(async ({ file, explain, ...rest }: { file?: string; explain?: true }) => {
    const [unbuilt] = Object.keys(rest);
    if (unbuilt !== undefined)
      throw new AppError(
        'not_supported',
        `massif plan --${dashed(unbuilt)} is not built yet: this version plans with -f JOB.yaml for this machine`,
      );
    if (file === undefined) throw new AppError('invalid_spec', '-f is missing: massif plan -f JOB.yaml');
    const spec = await readLocalSpec(file, environment.home);
    const result = plan(
      {
        spec,
        modelConfig: await readModelConfig(spec.model, (path) => resolve(dirname(file), path)),
        cluster: clusterOfHost(await readProfile(environment.home)),
        capabilities: nativeCapabilities,
      },
      { now: () => performance.now() },
    );
    output.print(result, () =>
      [
        planTable(result.plans),
        ...(explain ? (result.plans[0]?.explanation ?? []) : []),
        ...result.rejected.map(({ layout, reason }) => `not ${describeLayout(layout)}: ${reason}`),
      ].join('\n'),
    );
  });

  command
    .command('evaluate', { hidden: true })
    .description('price layouts that are given (not built yet)')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new AppError('not_supported', 'massif plan evaluate is not built yet: this version plans with -f JOB.yaml for this machine');
    });
}

const dashed = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** This machine as the local cluster offers it. */
function clusterOfHost(profile: DeviceProfile | undefined): PlanCluster {
  const { name, cores, memoryBytes, slots } = describeHost();
  const devices = Array.from({ length: slots }, (_, index) => ({
    id: `${name}/cpu${index}`,
    type: 'cpu',
    memoryBytes: Math.floor(memoryBytes / slots),
    ...(profile ? { profile } : {}),
  }));
  return { nodes: [{ id: name, cores, devices }] };
}

/** What `massif calibrate` measured here; undefined when it has not been run, or was by another version. */
async function readProfile(home: string): Promise<DeviceProfile | undefined> {
  const text = await readFile(join(home, 'profiles', 'cpu.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const stored = JSON.parse(text) as { profile?: unknown };
    const parsed = deviceProfileSchema.safeParse(stored.profile ?? stored);
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
