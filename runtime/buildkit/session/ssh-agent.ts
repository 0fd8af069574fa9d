/** The agent protocol (draft-miller-ssh-agent): who somebody can be, and signatures that prove it. Nothing else passes: a build changes no agent. */
import { sign } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import { parseSshKey, type SshKey } from './ssh-keys.ts';
import { sshInteger, sshNumber, SshReader, sshString } from './ssh-wire.ts';

const request = { identities: 11, sign: 13 } as const;
const answer = { failure: 5, identities: 12, signature: 14 } as const;
const rsaFlag = { sha256: 2, sha512: 4 } as const;

/** As much as OpenSSH's own agent takes in one message. */
const maxMessage = 256 * 1024;

/** Answers messages, both without their length before them. */
export interface SshAgent extends Disposable {
  answer(message: Uint8Array): Promise<Uint8Array>;
}

const failure = Uint8Array.of(answer.failure);

/** Messages that a build may send. */
function isAllowed(message: Uint8Array): boolean {
  return message[0] === request.identities || message[0] === request.sign;
}

/** An agent in this process, that ends with the build and leaves nothing behind. Throws InvalidArgument for keys that it cannot use. */
export function keyAgent(privateKeys: readonly string[]): SshAgent {
  const keys = privateKeys.map(parseSshKey);
  return {
    answer: (message) => Promise.resolve(answerWith(keys, message)),
    [Symbol.dispose]: () => undefined,
  };
}

function answerWith(keys: readonly SshKey[], message: Uint8Array): Uint8Array {
  try {
    const reader = new SshReader(message);
    const type = reader.byte();
    if (type === request.identities) return identities(keys);
    if (type !== request.sign) return failure;
    const blob = reader.string();
    const key = keys.find(({ publicBlob }) => publicBlob.equals(blob));
    if (key === undefined) return failure;
    const data = reader.string();
    return Buffer.concat([Buffer.of(answer.signature), sshString(signature(key, data, reader.number()))]);
  } catch {
    return failure;
  }
}

function identities(keys: readonly SshKey[]): Uint8Array {
  const entries = keys.flatMap(({ publicBlob, comment }) => [sshString(publicBlob), sshString(comment)]);
  return Buffer.concat([Buffer.of(answer.identities), sshNumber(keys.length), ...entries]);
}

function signature({ key, publicBlob }: SshKey, data: Buffer, flags: number): Buffer {
  const type = new SshReader(publicBlob).text();
  if (type === 'ssh-rsa') {
    const [hash, name] = rsaHash(flags);
    return Buffer.concat([sshString(name), sshString(sign(hash, data, key))]);
  }
  if (type === 'ssh-ed25519') return Buffer.concat([sshString(type), sshString(sign(null, data, key))]);
  const hash = type.endsWith('256') ? 'sha256' : type.endsWith('384') ? 'sha384' : 'sha512';
  const halves = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  const middle = halves.length / 2;
  const pair = Buffer.concat([sshInteger(halves.subarray(0, middle)), sshInteger(halves.subarray(middle))]);
  return Buffer.concat([sshString(type), sshString(pair)]);
}

function rsaHash(flags: number): readonly [hash: string, name: string] {
  if ((flags & rsaFlag.sha512) !== 0) return ['sha512', 'rsa-sha2-512'];
  if ((flags & rsaFlag.sha256) !== 0) return ['sha256', 'rsa-sha2-256'];
  return ['sha1', 'ssh-rsa'];
}

/** Somebody's running agent, over a connection of its own. Rejects when there is none. */
export async function connectAgent(socket: string): Promise<SshAgent> {
  const connection = createConnection(socket);
  await new Promise<void>((resolve, reject) => connection.once('connect', resolve).once('error', reject));
  connection.on('error', () => connection.destroy());
  const answers = splitMessages(connection);
  return {
    answer: (message) => (isAllowed(message) ? ask(connection, answers, message) : Promise.resolve(failure)),
    [Symbol.dispose]: () => connection.destroy(),
  };
}

async function ask(
  connection: Socket,
  answers: AsyncIterator<Uint8Array, void>,
  message: Uint8Array,
): Promise<Uint8Array> {
  connection.write(sshString(message));
  const next = await answers.next();
  if (next.done === true) throw new Error('the agent ended the connection');
  return next.value;
}

/** Messages out of a stream of bytes, without the length before them. Throws RangeError for one that is too long. */
export async function* splitMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let pending = Buffer.alloc(0);
  for await (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4) {
      const length = pending.readUInt32BE();
      if (length > maxMessage) throw new RangeError('a message is longer than an agent takes');
      if (pending.length < 4 + length) break;
      yield pending.subarray(4, 4 + length);
      pending = pending.subarray(4 + length);
    }
  }
}
