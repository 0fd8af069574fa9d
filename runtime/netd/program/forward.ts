/** Asks the machine's resolvers what is no name of ours. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { isTruncated, questionEnd, questionKey, RCODE, rcodeOf, type Query } from './message.ts';
import type { ResolverHealth } from './resolver-health.ts';
import { createFrames, frameOf } from './tcp-frames.ts';

const dnsPort = 53;
/** For one resolver over one way; all are asked twice. */
const attemptMs = 1500;
const rounds = 2;

/** Says that it cannot, or does not want to: another one may. */
const passedOn: readonly number[] = [RCODE.SERVFAIL, RCODE.NOTIMP, RCODE.REFUSED];

/**
 * Resolves with the answer, carrying the query's id: of the first resolver that knows one, else what the first said instead; undefined when no resolver
 * answers.
 */
export async function forward(
  query: Query,
  resolvers: readonly string[],
  health: ResolverHealth,
): Promise<Buffer | undefined> {
  for (let round = 0; round < rounds; round++) {
    let excuse: Buffer | undefined;
    for (const resolver of health.order(resolvers)) {
      const answer = await askOne(query, resolver);
      health.note(resolver, answer !== undefined);
      if (answer && !passedOn.includes(rcodeOf(answer))) return answer;
      excuse ??= answer;
    }
    if (excuse) return excuse;
  }
  return undefined;
}

async function askOne(query: Query, resolver: string): Promise<Buffer | undefined> {
  const asked = withId(query.bytes, randomInt(0x1_0000));
  const fits = (answer: Buffer): boolean => isAnswerTo(query, asked, answer);
  let answer = await overUdp(asked, resolver, fits);
  if (answer && isTruncated(answer)) answer = (await overTcp(asked, resolver, fits)) ?? answer;
  return answer && withId(answer, query.id);
}

function withId(bytes: Buffer, id: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(id, 0);
  return copy;
}

/** What does not repeat id and question is from somebody who guesses. */
function isAnswerTo({ bytes, end }: Query, asked: Buffer, answer: Buffer): boolean {
  const answerEnd = questionEnd(answer);
  return (
    answerEnd !== undefined &&
    answer.readUInt16BE(0) === asked.readUInt16BE(0) &&
    (answer.readUInt16BE(2) & 0x8000) !== 0 &&
    questionKey(answer, answerEnd) === questionKey(bytes, end)
  );
}

/** From a socket of its own, so from a port that nobody can guess. */
async function overUdp(
  asked: Buffer,
  resolver: string,
  fits: (answer: Buffer) => boolean,
): Promise<Buffer | undefined> {
  const socket = createSocket(isIPv6(resolver.split('%')[0] ?? '') ? 'udp6' : 'udp4');
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const late = setTimeout(() => resolve(undefined), attemptMs);
  socket.on('error', () => resolve(undefined));
  socket.on('message', (answer) => fits(answer) && resolve(answer));
  // A machine without a way there says so to who connects, and a socket that is not connected throws at who sends.
  const onConnect = (error?: Error): void => {
    if (error) resolve(undefined);
    else socket.send(asked, (unsent) => unsent && resolve(undefined));
  };
  socket.connect(dnsPort, resolver, onConnect);
  const answer = await promise;
  clearTimeout(late);
  socket.close();
  return answer;
}

async function overTcp(
  asked: Buffer,
  resolver: string,
  fits: (answer: Buffer) => boolean,
): Promise<Buffer | undefined> {
  const socket = connect({ port: dnsPort, host: resolver });
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const late = setTimeout(() => resolve(undefined), attemptMs);
  const frames = createFrames();
  socket.on('error', () => resolve(undefined));
  socket.on('close', () => resolve(undefined));
  socket.on('data', (bytes) => {
    for (const answer of frames.push(bytes)) if (fits(answer)) resolve(answer);
  });
  socket.write(frameOf(asked));
  const answer = await promise;
  clearTimeout(late);
  socket.destroy();
  return answer;
}
