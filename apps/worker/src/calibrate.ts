/** Measures this host for the controller: prints `{ deviceType, profile }`, and stores the profile where `massif calibrate` does. */
import { readEnvironment } from './env.ts';
import { writeProfile } from './profile/file.ts';
import { measureProfile } from './profile/measure.ts';

const environment = readEnvironment();
const interrupt = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => interrupt.abort());
const profile = await measureProfile(environment, { interrupted: interrupt.signal });
await writeProfile(environment.home, profile);
process.stdout.write(`${JSON.stringify({ deviceType: 'cpu', profile })}\n`);
