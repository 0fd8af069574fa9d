/**
 * The program of a test that runs inside of a network namespace of its own and does there what it is told over IPC: asks names, answers as the
 * machine's resolver, holds ports. It ends with its channel, and the namespace with it.
 */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import {
  decode,
  encode,
  streamDecode,
  streamEncode,
  type Answer,
  type DecodedPacket,
  type RecordType,
} from 'dns-packet';

export interface Ask {
  readonly server: string;
  readonly from: string;
  readonly name: string;
  readonly type?: RecordType;
  readonly tcp?: boolean;
  /** Says by EDNS how much it takes. */
  readonly udpBytes?: number;
}

export interface Told {
  readonly rcode: string;
  readonly data: readonly string[];
  readonly truncated: boolean;
}

const open = new Map<number, () => void>();
const questions = new Map<string, number>();
let nextId = 1;

const acts = {
  /** The answer; undefined when none comes within two seconds. */
  async ask(ask: Ask): Promise<Told | undefined> {
    const packet = ask.tcp ? await overTcp(ask) : await overUdp(ask);
    return packet && told(packet);
  },
  /** Sends as many queries as `perSecond` says for so long; resolves with how many were refused. */
  async flood({ perSecond, milliseconds, ...ask }: Ask & { perSecond: number; milliseconds: number }): Promise<number> {
    const socket = createSocket('udp4').bind(0, ask.from);
    let refused = 0;
    socket.on('message', (bytes) => (refused += (bytes.readUInt16BE(2) & 15) === 5 ? 1 : 0));
    await once(socket, 'listening');
    const begin = performance.now();
    for (let sent = 0; performance.now() - begin < milliseconds;) {
      const due = ((performance.now() - begin) / 1000) * perSecond;
      for (; sent < due; sent++) socket.send(queryOf(ask, sent & 0xffff), 53, ask.server);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.close();
    return refused;
  },
  /**
   * Answers queries as a resolver of the machine; names that begin with `big` need TCP. Silent ones get nothing, nor does anybody of one that is mute.
   * `rcode`: so it answers all of them.
   */
  async resolver({ address, rcode, mute }: { address: string; rcode?: number; mute?: boolean }): Promise<number> {
    const udp = createSocket('udp4').bind(53, address);
    udp.on('message', (bytes, { address: to, port }) => {
      questions.set(address, (questions.get(address) ?? 0) + 1);
      if (mute) return;
      if (rcode !== undefined) return udp.send(excuse(bytes, rcode), port, to);
      const answer = upstreamAnswer(bytes, false);
      if (answer) udp.send(encode(answer), port, to);
    });
    const tcp = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (bytes) => {
        const answer = upstreamAnswer(bytes.subarray(2), true);
        if (answer) socket.write(streamEncode(answer));
      });
    }).listen(53, address);
    await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
    return keep(() => {
      udp.close();
      tcp.close();
    });
  },
  /** How many queries each resolver has seen. */
  asked: async ({ address }: { address: string }): Promise<number> =>
    await Promise.resolve(questions.get(address) ?? 0),
  async hold({ protocol, host, port }: { protocol: string; host: string; port: number }): Promise<number> {
    const udp = protocol === 'UDP' ? createSocket('udp4').bind(port, host) : undefined;
    const tcp = udp ? undefined : createServer().listen(port, host);
    await once((udp ?? tcp) as NonNullable<typeof udp>, 'listening');
    return keep(() => {
      udp?.close();
      tcp?.close();
    });
  },
  /** What becomes of a connection: open for good, or the error's code. */
  async dial({ host, port }: { host: string; port: number }): Promise<string> {
    const socket = connect(port, host);
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
    socket.on('close', () => resolve('closed'));
    const code = await promise;
    socket.destroy();
    return code;
  },
  async release({ id }: { id: number }): Promise<void> {
    open.get(id)?.();
    open.delete(id);
    return await Promise.resolve();
  },
};

export type Acts = typeof acts;

function keep(close: () => void): number {
  open.set(nextId, close);
  return nextId++;
}

function queryOf({ name, type = 'A', udpBytes }: Ask, id: number): Buffer {
  return encode({
    type: 'query',
    id,
    flags: 0x100,
    questions: [{ name, type }],
    additionals:
      udpBytes === undefined
        ? []
        : [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: udpBytes,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ],
  });
}

async function overUdp(ask: Ask): Promise<DecodedPacket | undefined> {
  const socket = createSocket('udp4').bind(0, ask.from);
  const { promise, resolve } = Promise.withResolvers<DecodedPacket | undefined>();
  const late = setTimeout(() => resolve(undefined), 2000);
  socket.on('error', () => resolve(undefined));
  socket.on('message', (bytes) => resolve(decode(bytes)));
  socket.send(queryOf(ask, 4711), 53, ask.server);
  const answer = await promise;
  clearTimeout(late);
  socket.close();
  return answer;
}

async function overTcp(ask: Ask): Promise<DecodedPacket | undefined> {
  const socket = connect({ port: 53, host: ask.server, localAddress: ask.from });
  const { promise, resolve } = Promise.withResolvers<DecodedPacket | undefined>();
  const query = queryOf(ask, 4711);
  socket.on('error', () => resolve(undefined));
  socket.on('data', (bytes) => resolve(streamDecode(bytes) as DecodedPacket));
  socket.write(Buffer.concat([Buffer.from([query.length >> 8, query.length & 255]), query]));
  const answer = await promise;
  socket.destroy();
  return answer;
}

function told({ rcode, answers = [], flag_tc: truncated }: DecodedPacket & { rcode?: string }): Told {
  return { rcode: rcode ?? '', truncated, data: answers.map((answer) => String((answer as { data: unknown }).data)) };
}

function excuse(bytes: Buffer, rcode: number): Buffer {
  const { id, questions: asked = [] } = decode(bytes);
  return encode({ type: 'response', id: id ?? 0, flags: rcode, questions: asked });
}

function upstreamAnswer(bytes: Buffer, tcp: boolean): Parameters<typeof encode>[0] | undefined {
  const { id, questions = [] } = decode(bytes);
  const [{ name, type } = { name: '', type: 'A' as RecordType }] = questions;
  if (name.startsWith('silent')) return undefined;
  const count = name.startsWith('big') ? 30 : 1;
  const address = (n: number): Answer => ({ type: 'A', name, ttl: 60, data: `192.0.2.${n + 1}` });
  const answers = type === 'A' ? Array.from({ length: count }, (_, n) => address(n)) : [];
  const truncated = count > 1 && !tcp;
  return { type: 'response', id: id ?? 0, flags: truncated ? 0x200 : 0, questions, answers: truncated ? [] : answers };
}

async function act({ id, what, args }: { id: number; what: keyof Acts; args: never }): Promise<void> {
  try {
    process.send?.({ id, result: await acts[what](args) });
  } catch (error) {
    process.send?.({ id, error: (error as Error).message });
  }
}

if (process.send) {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  process.on('message', (message: { id: number; what: keyof Acts; args: never }) => void act(message));
  process.on('disconnect', () => process.exit(0));
  process.send({ ready: true });
}
