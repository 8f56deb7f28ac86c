/** Thread of a rank: ends the process when its parent is gone, however busy the main thread is. */
import { workerData } from 'node:worker_threads';
import { isAlive, type ProcessIdentity } from '@massif/processes';

const parent = workerData as ProcessIdentity;

setInterval(() => {
  if (!isAlive(parent)) process.kill(process.pid, 'SIGKILL');
}, 500);
