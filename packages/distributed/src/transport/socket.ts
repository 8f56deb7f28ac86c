import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { buildLibrary, loadLibrary } from '@massif/native';
import { TransportError, type Transport } from './transport.ts';

export interface ListenOptions {
  /** IPv4 address to listen on; 127.0.0.1 when all ranks are on this host. */
  host: string;
  /** Where the compiled mesh is cached. */
  cacheDirectory: string;
  /** The user's choice of compiler (`$CXX`). */
  compiler?: string | undefined;
}

export interface ConnectOptions {
  rank: number;
  /** `host:port` of every rank, in rank order, from the attempt's rendezvous. */
  addresses: readonly string[];
  /** Secret of the attempt: a peer without it is turned away. */
  secret: string;
  /** How long to wait for every peer to appear. */
  connectTimeoutMs?: number;
  /** How long a collective may stand still before the silent peer is named. */
  collectiveTimeoutMs?: number;
}

/** A rank that listens and has not met its peers yet. */
export interface SocketListener {
  readonly port: number;
  connect(options: ConnectOptions): Promise<Transport>;
  close(): void;
}

/** Source of the native mesh, for those who build ahead of time. */
export const meshSource = fileURLToPath(new URL('../../native/mesh.cc', import.meta.url));

/**
 * Listens on a free port for the ranks of one attempt. Collectives run in native code off Node's event loop.
 * @throws TransportError when the address cannot be bound; `compiler_missing` from the native package.
 */
export async function listenSocket({ host, cacheDirectory, compiler }: ListenOptions): Promise<SocketListener> {
  const mesh = bindMesh(await buildLibrary({ name: 'mesh', sources: [meshSource], cacheDirectory, compiler }));
  const handle = mesh.listen(host);
  if (handle === null) throw new TransportError(`cannot listen on ${host}: the address is not one of this host's, or no port is free`);
  const { call, abort, close } = guard(mesh, handle);
  return {
    port: mesh.port(handle),
    async connect({ rank, addresses, secret, connectTimeoutMs = 60_000, collectiveTimeoutMs = 600_000 }) {
      const token = createHash('sha256').update(secret).digest();
      const size = addresses.length;
      await call(() => mesh.connect(handle, rank, size, addresses.join('\n'), token, connectTimeoutMs, collectiveTimeoutMs));
      return {
        rank,
        size,
        allReduceSum: (address, count) => call(() => mesh.allReduce(handle, address, count)),
        barrier: () => call(() => mesh.barrier(handle)),
        abort,
        close,
      };
    },
    close,
  };
}

type Mesh = ReturnType<typeof bindMesh>;

/** Calls on a mesh, which is freed when it is closed and the last of them has returned. */
function guard(mesh: Mesh, handle: unknown) {
  let inProgress = 0;
  let closed = false;
  const freeWhenIdle = () => {
    if (closed && inProgress === 0) mesh.close(handle);
  };
  return {
    async call(start: () => Promise<number>): Promise<void> {
      if (closed) throw new TransportError('the transport of this rank is closed');
      inProgress++;
      try {
        if ((await start()) !== 0) throw new TransportError(mesh.error(handle));
      } finally {
        inProgress--;
        freeWhenIdle();
      }
    },
    abort() {
      if (!closed) mesh.abort(handle);
    },
    close() {
      if (closed) return;
      if (inProgress > 0) mesh.abort(handle);
      closed = true;
      freeWhenIdle();
    },
  };
}

function bindMesh(libraryPath: string) {
  const library = loadLibrary(libraryPath);
  const asynchronous = <Arguments extends unknown[]>(declaration: string) => {
    const native = library.func(declaration);
    return (...args: Arguments): Promise<number> =>
      new Promise((resolve, reject) => {
        native.async(...args, (error: Error | null, status: number) => (error ? reject(error) : resolve(status)));
      });
  };
  return {
    listen: library.func('void* massif_mesh_listen(const char* host)') as (host: string) => unknown,
    port: library.func('int32_t massif_mesh_port(void* mesh)') as (mesh: unknown) => number,
    error: library.func('const char* massif_mesh_error(void* mesh)') as (mesh: unknown) => string,
    abort: library.func('void massif_mesh_abort(void* mesh)') as (mesh: unknown) => void,
    close: library.func('void massif_mesh_close(void* mesh)') as (mesh: unknown) => void,
    connect: asynchronous<[unknown, number, number, string, Uint8Array, number, number]>(
      'int32_t massif_mesh_connect(void* mesh, int32_t rank, int32_t size, const char* addresses, const uint8_t* token, int64_t connectTimeoutMs, int64_t collectiveTimeoutMs)',
    ),
    allReduce: asynchronous<[unknown, bigint, number]>('int32_t massif_mesh_all_reduce(void* mesh, void* data, int64_t count)'),
    barrier: asynchronous<[unknown]>('int32_t massif_mesh_barrier(void* mesh)'),
  };
}
