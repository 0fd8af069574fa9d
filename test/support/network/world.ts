/**
 * A machine of its own for tests of networks: a network namespace with bridges, containers behind them, and somebody outside. Nothing of the machine that
 * runs the tests is touched.
 */
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { whenInterrupted } from '../interruption.ts';
import type { PeerOrder } from './peer.ts';

/** The system's programs: a package of npm's brings another nft. */
const env = { ...process.env, PATH: '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin' };

const execute = async (program: string, args: readonly string[]): Promise<{ stdout: string }> =>
  await promisify(execFile)(program, args, { env });

export interface Peer {
  order(order: PeerOrder): Promise<unknown>;
  /** What the server there says; or how it failed: ECONNREFUSED, 23 (TimeoutError), …. */
  ask(host: string, port: number, protocol?: 'TCP' | 'UDP'): Promise<unknown>;
}

export interface ContainerPeer extends Peer {
  /** Runs a program in the container's network. */
  run(...words: readonly string[]): Promise<string>;
}

export interface NetworkWorld extends AsyncDisposable {
  /** Words in front of a program that works on the machine. */
  readonly prefix: readonly string[];
  /** `/proc/net` as a process on the machine sees it. */
  readonly procNet: string;
  /** Runs a program on the machine. */
  run(...words: readonly string[]): Promise<string>;
  /** A bridge on the machine: addresses with prefix length, the gateways. */
  bridge(name: string, ...addresses: readonly string[]): Promise<void>;
  /** A container behind it: addresses with prefix length; its routes lead to the gateways. */
  container(bridge: string, addresses: readonly string[], gateways: readonly string[]): Promise<ContainerPeer>;
  /** A program on the machine itself. */
  readonly machine: Peer;
  /** Somebody at 192.0.2.2 and 2001:db8::2 who knows the machine as 192.0.2.1 and 2001:db8::1, and sends all else there. */
  readonly outside: Peer;
}

export async function createNetworkWorld(): Promise<NetworkWorld> {
  const base = `tsn-${randomBytes(3).toString('hex')}`;
  const namespaces: string[] = [];
  const programs: ChildProcess[] = [];
  const close = whenInterrupted(async () => {
    for (const program of programs) {
      const ended = program.exitCode === null && program.signalCode === null ? once(program, 'exit') : undefined;
      program.kill('SIGKILL');
      await ended;
    }
    for (const name of namespaces) await execute('ip', ['netns', 'delete', name]).catch(() => undefined);
  });
  const inside = (name: string): readonly string[] => ['nsenter', `--net=/run/netns/${name}`, '--'];
  const run = async (name: string, ...words: readonly string[]): Promise<string> => {
    const [program = '', ...args] = [...inside(name), ...words];
    return (await execute(program, args)).stdout;
  };
  const namespace = async (suffix: string): Promise<string> => {
    const name = `${base}-${suffix}`;
    await execute('ip', ['netns', 'add', name]);
    namespaces.push(name);
    await run(name, 'ip', 'link', 'set', 'lo', 'up');
    return name;
  };
  const peer = async (name: string): Promise<Peer & { readonly pid: number }> => {
    const program = fork(join(import.meta.dirname, 'peer.ts'), [], {
      execPath: 'nsenter',
      execArgv: [...inside(name).slice(1), process.execPath],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    programs.push(program);
    return await talkTo(program);
  };
  try {
    const machine = await namespace('m');
    const outside = await namespace('o');
    await run(machine, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
    await wire(run, machine, 'eth0', outside, 'eth0');
    await address(run, machine, 'eth0', '192.0.2.1/24', '2001:db8::1/64');
    await address(run, outside, 'eth0', '192.0.2.2/24', '2001:db8::2/64');
    await routes(run, outside, '192.0.2.1', '2001:db8::1');
    const [onMachine, fromOutside] = [await peer(machine), await peer(outside)];
    let count = 0;
    return {
      prefix: inside(machine),
      procNet: `/proc/${String(onMachine.pid)}/net`,
      run: (...words) => run(machine, ...words),
      machine: onMachine,
      outside: fromOutside,
      async bridge(name, ...addresses) {
        await run(machine, 'ip', 'link', 'add', name, 'type', 'bridge');
        await address(run, machine, name, ...addresses);
        await run(machine, 'sysctl', '-qw', `net.ipv4.conf.${name}.route_localnet=1`);
      },
      async container(bridge, addresses, gateways) {
        count += 1;
        const name = await namespace(String(count));
        const port = `veth${String(count)}`;
        await wire(run, machine, port, name, 'eth0');
        await run(machine, 'ip', 'link', 'set', port, 'master', bridge);
        await run(machine, 'ip', 'link', 'set', port, 'type', 'bridge_slave', 'hairpin', 'on');
        await address(run, name, 'eth0', ...addresses);
        await routes(run, name, ...gateways);
        return { ...(await peer(name)), run: (...words) => run(name, ...words) };
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Run = (name: string, ...words: readonly string[]) => Promise<string>;

async function wire(run: Run, one: string, oneEnd: string, other: string, otherEnd: string): Promise<void> {
  const path = `/run/netns/${other}`;
  await run(one, 'ip', 'link', 'add', oneEnd, 'type', 'veth', 'peer', 'name', otherEnd, 'netns', path);
  await run(one, 'ip', 'link', 'set', oneEnd, 'up');
  await run(other, 'ip', 'link', 'set', otherEnd, 'up');
}

async function address(run: Run, name: string, device: string, ...addresses: readonly string[]): Promise<void> {
  for (const each of addresses) {
    await run(name, 'ip', 'address', 'add', each, 'dev', device, ...(each.includes(':') ? ['nodad'] : []));
  }
  await run(name, 'ip', 'link', 'set', device, 'up');
}

async function routes(run: Run, name: string, ...gateways: readonly string[]): Promise<void> {
  for (const gateway of gateways) {
    await run(name, 'ip', gateway.includes(':') ? '-6' : '-4', 'route', 'add', 'default', 'via', gateway);
  }
}

async function talkTo(program: ChildProcess): Promise<Peer & { readonly pid: number }> {
  const waiting = new Map<number, (answer: unknown) => void>();
  let last = 0;
  program.on('message', ({ id, answer }: { id: number; answer: unknown }) => waiting.get(id)?.(answer));
  const answerTo = (id: number): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.set(id, (answer) => {
        waiting.delete(id);
        resolve(answer);
      });
    });
  await answerTo(0);
  const order = async (given: PeerOrder): Promise<unknown> => {
    last += 1;
    const answer = answerTo(last);
    program.send({ id: last, order: given });
    return await answer;
  };
  return {
    pid: program.pid ?? 0,
    order,
    ask: (host, port, protocol = 'TCP') => order({ type: 'ask', protocol, host, port }),
  };
}
