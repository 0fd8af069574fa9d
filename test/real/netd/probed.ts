/** Servers of this process that are asked, and answer as a test says. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Server as GrpcServer, ServerCredentials, status } from '@grpc/grpc-js';
import { ensureCertificates } from '../../../api/tls/certificates.ts';
import type { ProbeSpec, ProbeTarget } from '../../../runtime/ports/probes.ts';
import { temporaryDirectory } from '../../runtime/host/temporary.ts';

export interface Probed extends AsyncDisposable {
  readonly port: number;
}

export const target: ProbeTarget = {
  instanceId: 'uid-1.1',
  pid: process.pid,
  startedAt: 0,
  address: '127.0.0.1',
  inside: false,
};

/** Asked every second, and each answer counts. */
export const quick = (action: ProbeSpec['action'], more: Partial<ProbeSpec> = {}): ProbeSpec => ({
  action,
  initialDelaySeconds: 0,
  periodSeconds: 1,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
  ...more,
});

export const get = (port: number, path = '/'): Extract<ProbeSpec['action'], { type: 'http' }> => ({
  type: 'http',
  port,
  path,
  scheme: 'HTTP',
  headers: [],
});

export async function serveHttp(listener: RequestListener): Promise<Probed> {
  return await listening(createServer(listener));
}

/** With a certificate that nobody vouches for. */
export async function serveHttps(listener: RequestListener): Promise<Probed> {
  const directory = await temporaryDirectory();
  const { server } = await ensureCertificates({ directory: directory.path, hosts: ['localhost'], now: Date.now() });
  const listens = await listening(createSecureServer({ key: server.key, cert: server.cert }, listener));
  return {
    port: listens.port,
    async [Symbol.asyncDispose]() {
      await listens[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

export async function serveTcp(listener: (socket: Socket) => void): Promise<Probed> {
  return await listening(createTcpServer(listener));
}

/** Answers checks with what `serving` says of the service: 1 is SERVING, undefined an error. */
export async function serveGrpc(serving: (service: string) => number | undefined): Promise<Probed> {
  const server = new GrpcServer();
  const same = (bytes: Buffer): Buffer => bytes;
  const method = {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  } as const;
  server.addService(
    { Check: method },
    {
      Check(call: { request: Buffer }, answer: (error: object | null, bytes?: Buffer) => void) {
        const value = serving(call.request.subarray(2).toString());
        if (value === undefined) answer({ code: status.NOT_FOUND, details: 'who is that' });
        else answer(null, Buffer.from([8, value]));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}

async function listening(server: Server): Promise<Probed> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
