/**
 * netd: answers the names of networks, holds published ports, and asks network probes. It outlives the daemon, so that all of that goes on while the
 * daemon is killed, stopped or upgraded. It knows nothing of containers.
 *
 * Usage: node main.mjs --run-directory DIRECTORY --version VERSION [--resolv-conf FILE]
 */
import { join } from 'node:path';
import { serveLines, type Handled, type Peer } from '../../resident/program/serve-lines.ts';
import { askNetwork, dialFrom } from './ask-network.ts';
import { createGateways } from './gateways.ts';
import { askWithin } from './keep-asking.ts';
import { machineTime } from './machine-time.ts';
import { createProbeTable } from './probe-table.ts';
import {
  protocolVersion,
  type Answer,
  type AskMessage,
  type KeptMessage,
  type Message,
  type NamesMessage,
  type ProbeEvent,
  type ReservationsMessage,
} from './protocol.ts';
import { createReservations } from './reservations.ts';
import { createNames } from './names.ts';
import { createResolver } from './resolve.ts';
import { sliceEnd } from './slices.ts';

/** Long lists come in slices: no more than one host, port or probe has to fit, and an object of the API is shorter. */
const maxRequestBytes = 4 << 20;

const [, , , directory = '', , version = '', , resolvConf = '/etc/resolv.conf'] = process.argv;

async function askOnce({ action, address, timeoutMs }: AskMessage): Promise<Partial<Answer>> {
  const ask = (signal: AbortSignal) => askNetwork(action, address, dialFrom(address), signal);
  const told = await askWithin(timeoutMs, ask, new AbortController(), machineTime);
  return told ? { told } : {};
}

function main(): void {
  process.umask(0o077);
  const peers = new Set<Peer>();
  const resolver = createResolver({ resolvConf, hasDaemon: () => peers.size > 0, now: () => performance.now() });
  const gateways = createGateways(resolver);
  const reservations = createReservations();
  const probes = createProbeTable(machineTime, ({ key, serial, state }) => {
    const event: ProbeEvent = { event: 'probe', key, serial, state };
    for (const peer of peers) peer.send(event);
  });
  const names = createNames();
  /** Of what it was told so far: nothing that was never told is handed over. */
  const told = { names: false, reservations: false };
  const server = serveLines<Message, Answer>(join(directory, 'netd.sock'), {
    maxRequestBytes,
    handle,
    onPeer: (peer) => void peers.add(peer),
    onPeerGone: (peer) => void peers.delete(peer),
  });

  async function handle(message: Message): Promise<Handled<Answer>> {
    switch (message.op) {
      case 'hello':
        return { protocol: protocolVersion, version };
      case 'names':
        return await takeNames(message);
      case 'reservations':
        return await takeReservations(message);
      case 'pick':
        return { port: await reservations.pick(message.protocol, message.hostIP) };
      case 'probes':
        for (const key of message.drop) probes.drop(key);
        for (const probe of message.keep) probes.keep(probe);
        return {};
      case 'kept':
        return tellKept(message);
      case 'ask':
        return await askOnce(message);
      case 'retire':
        await Promise.all([gateways[Symbol.asyncDispose](), reservations[Symbol.asyncDispose]()]);
        server.close();
        setImmediate(() => process.exit(0));
        return {};
      default:
        throw Object.assign(new Error('unknown message: this netd is older than the daemon'), { code: 'ENOSYS' });
    }
  }

  async function takeNames(message: NamesMessage): Promise<Partial<Answer>> {
    if (!names.take(message)) return {};
    told.names = true;
    resolver.setIndex(names.index);
    return { gateways: await gateways.set(names.index.networks.flatMap((network) => network.gateways)) };
  }

  async function takeReservations(message: ReservationsMessage): Promise<Partial<Answer>> {
    const problems = await reservations.change(message);
    told.reservations ||= message.isLast;
    return problems ? { problems } : {};
  }

  function tellKept({ from = 0, withTables = true }: KeptMessage): Partial<Answer> {
    const kept = probes.list();
    const end = sliceEnd(kept, from);
    const { networks, hosts } = names.index;
    return {
      ...(withTables && from === 0 && told.names ? { table: { networks, hosts } } : {}),
      ...(withTables && from === 0 && told.reservations ? { reservations: reservations.wanted } : {}),
      probes: kept.slice(from, end),
      ...(end < kept.length ? { next: end } : {}),
    };
  }
  process.once('SIGTERM', () => process.exit(0));
}

main();
