import { createServer } from 'node:net';

const triedMax = 100;

/** The first port from `wanted` on that nobody listens on; any free one when the next hundred are taken. */
export async function freePort(wanted: number, host: string): Promise<number> {
  for (let port = wanted; port < Math.min(wanted + triedMax, 65_536); port++) if (await listen(port, host)) return port;
  return (await listen(0, host))!;
}

/** The port, when it could be listened on for a moment. */
function listen(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
