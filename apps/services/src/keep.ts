import { isAlive, processIdentity, readRunRecords, removeRunRecord, writeRunRecord } from '@massif/processes';

export interface KeptServer {
  url: string;
  pid: number;
  /** Resolves with a sentence when the server has ended, for whatever reason. */
  exited: Promise<string>;
  stop(): Promise<void>;
}

export interface KeepOptions {
  /** In the server's run record; that of the keeper is `ROLE-keeper`. */
  role: 'postgres' | 'redis';
  home: string;
  /** `record` is told the server's pid as soon as there is one; what is not told is recorded once it is ready. */
  start(record: (pid: number) => void): Promise<KeptServer>;
}

type Message = { type: 'ready'; url: string } | { type: 'failed'; message: string };

/** To whoever started us with a channel, and holds it as our lifeline. */
const say = (message: Message) =>
  new Promise<void>((resolve) => (process.send && process.connected ? process.send(message, undefined, {}, () => resolve()) : resolve()));

/**
 * Runs a server for as long as whoever started this process lives: says where it is, and stops it on SIGTERM or when the
 * channel closes. Ends the process: with 0 when it was asked to, with 1 when the server cannot start or ends by itself.
 */
export async function keep(options: () => KeepOptions): Promise<never> {
  const asked = Promise.withResolvers<void>();
  process.on('SIGTERM', () => asked.resolve());
  process.on('disconnect', () => asked.resolve());
  // Ctrl-C reaches everybody in a terminal; who goes first is decided by whoever started us.
  process.on('SIGINT', () => {});
  // It may have closed before we listened for it.
  if (!process.connected) asked.resolve();
  try {
    const { role, home, start } = options();
    refuseSecondKeeper(home, role);
    // Of a server that was killed with its keeper.
    for (const old of readRunRecords(home)) if (old.role === role && !isAlive(old)) removeRunRecord(home, old);
    const record = (pid: number) => {
      const identity = processIdentity(pid);
      if (identity) writeRunRecord(home, { ...identity, role });
      return identity;
    };
    const server = await start(record);
    const identity = record(server.pid);
    await say({ type: 'ready', url: server.url });
    const ended = await Promise.race([asked.promise, server.exited]);
    await server.stop();
    if (identity) removeRunRecord(home, identity);
    if (ended !== undefined) throw new Error(`The server ${ended}`);
    return process.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    await say({ type: 'failed', message });
    return process.exit(1);
  }
}

/** Two that use the same directory would stop each other's server. */
function refuseSecondKeeper(home: string, role: string): void {
  const other = readRunRecords(home).find((record) => record.role === `${role}-keeper` && record.pid !== process.pid && isAlive(record));
  if (other) throw new Error(`Process ${other.pid} looks after this installation's ${role} already`);
}
