/**
 * Watches `massif up` and ends everything it started when it dies without having done so. Arguments: MASSIF_HOME, and the
 * identity of `massif up` as JSON. The IPC channel closes the moment `massif up` dies; its identity is looked at as well.
 */
import { processIdentity, removeRunRecord, watchProcess, type ProcessIdentity } from '@massif/processes';
import { endEverything } from './end-all.ts';
import { removeAddress } from './home.ts';
import { holdsHome, releaseHome } from './lock.ts';

/** Everything is gone this long after the death of `massif up`. */
const withinMs = 4000;

const [home, watchedText] = process.argv.slice(2) as [string, string];
const watched = JSON.parse(watchedText) as ProcessIdentity;
const self = processIdentity(process.pid)!;

// Ctrl-C, a closed terminal and a polite `kill` are for `massif up`.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});

let leaving = false;

async function endAll(): Promise<void> {
  if (leaving) return;
  leaving = true;
  // Another `massif up` that has taken over has ended these processes already, and the new ones are its own.
  if (holdsHome(home, watched)) {
    const left = await endEverything(home, { withinMs });
    if (left.length > 0) process.stderr.write(`could not be ended: ${JSON.stringify(left)}\n`);
    removeAddress(home);
    releaseHome(home, watched);
  }
  removeRunRecord(home, self);
  process.exit(0);
}

process.on('message', () => {
  leaving = true;
  process.exit(0);
});
process.on('disconnect', () => void endAll());
watchProcess(watched, { everyMs: 200, onGone: () => void endAll() });
if (process.connected) process.send!({ type: 'ready' }, () => {});
else void endAll();
