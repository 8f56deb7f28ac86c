import { setTimeout as delay } from 'node:timers/promises';
import type { Transport } from '@massif/distributed';
import { sumNumbers } from '../step/all-reduce.ts';

/** Far below the time after which a silent peer counts as lost. */
const meetEveryMs = 5000;

const hexDigits = 32;

/**
 * Does work of any length on rank 0 while the others wait for it, and gives every rank its answer, a text of 32 hexadecimal
 * digits. All ranks meet every few seconds until it is done: nobody counts as silent, and whoever is gone is missed at once.
 * `onMeet` is called on rank 0 each time that the work is not done yet.
 * @throws what the work throws, on rank 0; TransportError when a peer is gone
 */
export async function leaderWork(
  work: () => Promise<string>,
  { transport, everyMs = meetEveryMs, onMeet }: { transport: Transport; everyMs?: number; onMeet: () => void },
): Promise<string> {
  const leads = transport.rank === 0;
  const answer = leads ? work() : undefined;
  // Where it is awaited is where it is told; a transport that fails comes first.
  answer?.catch(() => {});
  for (;;) {
    const found = answer && (await settledWithin(answer, everyMs));
    if (leads && found === undefined) onMeet();
    const [done, ...digits] = await sumNumbers(transport, wordOf(found));
    if (done === 1) return digits.map((digit) => digit.toString(16)).join('');
  }
}

/** Whether there is an answer, and its digits: numbers that a sum with zeros leaves as they are. */
function wordOf(answer: string | undefined): number[] {
  if (answer === undefined) return Array.from({ length: 1 + hexDigits }, () => 0);
  return [1, ...Array.from(answer, (digit) => Number.parseInt(digit, 16))];
}

async function settledWithin(answer: Promise<string>, ms: number): Promise<string | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([answer, delay(ms, undefined, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
