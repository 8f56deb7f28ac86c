export { hostBuffer, type HostBuffer } from './transport/host-buffer.ts';
export { TransportError, type Transport } from './transport/transport.ts';
export { soloTransport } from './transport/solo.ts';
export { listenSocket, meshSource, type ConnectOptions, type ListenOptions, type SocketListener } from './transport/socket.ts';
