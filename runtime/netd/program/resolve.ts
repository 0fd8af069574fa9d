/** Answers one query of one asker: from the table, from the machine's resolvers, or not at all. */
import type { NamedHost } from '../../ports/netd.ts';
import { answerOf } from './answer.ts';
import { forward } from './forward.ts';
import { bareAnswer, decodeQuery, encodeAnswer, readQuery, refusalOf, type Query } from './message.ts';
import { canonical, NameIndex } from './name-index.ts';
import { createProcessLook } from './process-look.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { createResolverHealth } from './resolver-health.ts';
import { createResolvers } from './resolvers.ts';

export interface Resolver {
  setIndex(index: NameIndex): void;
  /** Calls `reply` once, at once or later, or never. `stream`: an answer of any length fits. */
  resolve(bytes: Buffer, asker: string, stream: boolean, reply: (answer: Buffer) => void): void;
}

export interface ResolverOptions {
  readonly resolvConf: string;
  /** While there is one, it says who is ready. */
  readonly hasDaemon: () => boolean;
  /** Milliseconds, never backwards. */
  readonly now: () => number;
}

/** Of one address. From the table costs a fraction of what a question to others does. */
const limits = { answersPerSecond: 10_000, forwardsPerSecond: 1000, inFlight: 256 } as const;
/** Of all: each has a socket. */
const mostInFlight = 1024;
const streamBytes = 65_535;

export function createResolver({ resolvConf, hasDaemon, now }: ResolverOptions): Resolver {
  let index = new NameIndex();
  let gateways = new Set<string>();
  let internal = new Set<string>();
  let turn = 0;
  const resolvers = createResolvers(resolvConf, now, (address) => gateways.has(address));
  const health = createResolverHealth(now);
  const runs = createProcessLook(now);
  const answers = createRateLimit(limits.answersPerSecond, now);
  const forwards = createForwards(createRateLimit(limits.forwardsPerSecond, now));
  const serves = ({ ready, process: it }: NamedHost): boolean => ready && (!it || hasDaemon() || runs(it));
  const pass = async (query: Query, asker: string, limit: number): Promise<Buffer> => {
    if (!forwards.begin(asker)) return bareAnswer(query, 'REFUSED');
    try {
      const answer = await forward(query, resolvers(), health);
      if (!answer) return bareAnswer(query, 'SERVFAIL');
      return answer.length <= limit ? answer : bareAnswer(query, 'NOERROR', { truncated: true });
    } catch {
      return bareAnswer(query, 'SERVFAIL');
    } finally {
      forwards.end(asker);
    }
  };
  return {
    setIndex(next) {
      index = next;
      const { networks } = next;
      internal = new Set(networks.filter((network) => network.internal).map(({ uid }) => uid));
      gateways = new Set(networks.flatMap((network) => network.gateways.map(canonical)));
    },
    resolve(bytes, asker, stream, reply) {
      const query = readQuery(bytes);
      if (!query) return;
      const networks = index.networksOf(asker);
      if (!networks || !answers.take(asker)) return reply(bareAnswer(query, 'REFUSED'));
      const refusal = refusalOf(query);
      if (refusal) return reply(bareAnswer(query, refusal));
      const decoded = decodeQuery(query);
      if (!decoded) return;
      const limit = stream ? streamBytes : decoded.udpBytes;
      const verdict = answerOf(decoded, { index, networks, serves, turn: turn++ });
      // Questions to others are a way out, too.
      if (verdict.kind === 'forward' && networks.every((uid) => internal.has(uid)))
        reply(bareAnswer(query, 'NXDOMAIN', { own: true }));
      else if (verdict.kind === 'forward') void pass(query, asker, limit).then(reply);
      else if (verdict.kind === 'unknown') reply(bareAnswer(query, 'NXDOMAIN', { own: true }));
      else if (verdict.records.length === 0) reply(bareAnswer(query, 'NOERROR', { own: true }));
      else reply(encodeAnswer(decoded, verdict.records, limit));
    },
  };
}

/** Counts what is on its way to others. */
function createForwards(limit: RateLimit): { begin(asker: string): boolean; end(asker: string): void } {
  const inFlight = new Map<string, number>();
  let all = 0;
  return {
    begin(asker) {
      const own = inFlight.get(asker) ?? 0;
      if (own >= limits.inFlight || all >= mostInFlight || !limit.take(asker)) return false;
      inFlight.set(asker, own + 1);
      all += 1;
      return true;
    },
    end(asker) {
      const own = (inFlight.get(asker) ?? 1) - 1;
      if (own > 0) inFlight.set(asker, own);
      else inFlight.delete(asker);
      all -= 1;
    },
  };
}
