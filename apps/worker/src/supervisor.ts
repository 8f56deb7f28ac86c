/** The supervisor of one attempt; its only argument is the file that the cluster backend wrote. */
import { fileURLToPath } from 'node:url';
import { lossyOutput } from '@massif/processes';
import { pino } from 'pino';
import { readEnvironment } from './env.ts';
import { readSupervisorFile } from './supervisor/file.ts';
import { superviseAttempt } from './supervisor/attempt.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: supervisor.ts FILE');
const environment = readEnvironment();
const file = await readSupervisorFile(path);
const log = pino({ level: environment.logLevel, base: { jobId: file.jobId, attempt: file.attempt } }, lossyOutput());
const supervised = superviseAttempt(file, { environment, log, rankProgram: fileURLToPath(new URL('./rank.ts', import.meta.url)) });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => supervised.stop());
await supervised.ended;
process.exit(0);
