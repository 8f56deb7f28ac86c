import type { WorkerEnvironment } from '../env.ts';
import { writeProfile } from '../profile/file.ts';
import { measureProfile } from '../profile/measure.ts';
import type { EngineContext } from './protocol.ts';
import { checkWritable } from './writable.ts';

/** `massif calibrate`: measures this host, and stores what plans are priced with. */
export async function calibrate({
  environment,
  context,
}: {
  environment: WorkerEnvironment;
  context: EngineContext;
}): Promise<Record<string, unknown>> {
  await checkWritable(environment.home, 'MASSIF_HOME');
  const profile = await measureProfile(environment, { interrupted: context.interrupted });
  return { deviceType: 'cpu', path: await writeProfile(environment.home, profile), profile };
}
