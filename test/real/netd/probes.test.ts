import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { openNetd } from '../../../runtime/netd/open-netd.ts';
import type { ProbeAction, ProbeState } from '../../../runtime/ports/probes.ts';
import { probesSuite } from '../../suites/probes.ts';
import { eventually } from '../../support/eventually.ts';
import { openMachine, type NetdMachine } from './machine.ts';
import { get, quick, serveGrpc, serveHttp, serveHttps, serveTcp, target } from './probed.ts';

/** A netd in the machine's network, where this process listens. */
const outside = { node: process.execPath };

probesSuite(test, 'netd', async () => {
  const machine = await openMachine(outside);
  let status = 200;
  const server = await serveHttp((_, response) => void response.writeHead(status).end());
  return {
    probes: machine.opened.probes,
    action: get(server.port),
    target,
    answer: async (well) => void (status = well ? 200 : 503),
    pass: async () => await new Promise((resolve) => setTimeout(resolve, 20)),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
    },
  };
});

const askOnce = async (machine: NetdMachine, action: ProbeAction): Promise<string> => {
  const { success, message } = await machine.opened.probes.ask(action, target, 60_000);
  return `${success ? 'well' : 'not'}: ${message}`;
};

test('HTTP is judged by status, redirects are followed on the same host, headers are sent', async (t) => {
  await using machine = await openMachine(outside);
  const seen: string[] = [];
  await using server = await serveHttp((request, response) => {
    const { host = '', 'user-agent': agent = '', 'x-ask': ask = '' } = request.headers;
    seen.push([host, agent, String(ask)].join(' '));
    const [, code, to] = request.url?.split('/') ?? [];
    response.writeHead(Number(code) || 200, to ? { location: decodeURIComponent(to) } : {}).end('body');
  });
  const { port } = server;
  t.is(await askOnce(machine, get(port, '/204')), 'well: HTTP 204');
  t.is(await askOnce(machine, get(port, '/404')), 'not: HTTP probe failed with statuscode: 404');
  t.is(
    await askOnce(machine, get(port, `/302/${encodeURIComponent('/503')}`)),
    'not: HTTP probe failed with statuscode: 503',
  );
  const away = encodeURIComponent('http://example.org/x');
  t.is(await askOnce(machine, get(port, `/302/${away}`)), 'well: HTTP 302, redirected to http://example.org');
  t.is(seen[0], `127.0.0.1:${port} tsmoby-probe `);
  await askOnce(machine, {
    ...get(port),
    headers: [
      { name: 'Host', value: 'me' },
      { name: 'X-Ask', value: '1' },
    ],
  });
  t.is(seen.at(-1), 'me tsmoby-probe 1');
  t.regex(
    await askOnce(machine, { ...get(port), headers: [{ name: 'X', value: 'a\nb' }] }),
    /^not: .*Invalid character/,
  );
  t.regex(await askOnce(machine, { ...get(port), scheme: 'HTTPS' }), /^not: dial tcp/);
});

test('HTTPS is asked without a look at the certificate', async (t) => {
  await using machine = await openMachine(outside);
  await using server = await serveHttps((_, response) => void response.end());
  t.is(await askOnce(machine, { ...get(server.port), scheme: 'HTTPS' }), 'well: HTTP 200');
  t.regex(await askOnce(machine, get(server.port)), /^not: /);
});

test('who hangs, answers without an end, or is not there, is not well, and keeps no other waiting', async (t) => {
  await using machine = await openMachine(outside);
  await using hanging = await serveTcp(() => undefined);
  let sent = 0;
  await using huge = await serveHttp((_, response) => {
    response.writeHead(200, { 'content-length': 1 << 30 });
    const more = (): void => {
      if (response.destroyed) return;
      sent += 65_536;
      if (response.write(Buffer.alloc(65_536))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  });
  await using well = await serveHttp((_, response) => void response.end());
  const { probes } = machine.opened;
  const memory = await mostMemory(machine);
  const actions: Record<string, ProbeAction> = {
    hanging: get(hanging.port),
    huge: get(huge.port),
    well: get(well.port),
    open: { type: 'tcp', port: hanging.port },
    closed: { type: 'tcp', port: 1 },
  };
  const state = (key: string): ProbeState => probes.keep(key, quick(actions[key] ?? get(1)), target);
  await eventually('all are known', () => Object.keys(actions).every((key) => state(key).outcome !== 'unknown'));
  t.deepEqual(Object.fromEntries(Object.keys(actions).map((key) => [key, state(key)])), {
    hanging: { outcome: 'failure', message: 'timed out after 1 s' },
    huge: { outcome: 'success', message: 'HTTP 200' },
    well: { outcome: 'success', message: 'HTTP 200' },
    open: { outcome: 'success', message: `port ${hanging.port} is open` },
    closed: { outcome: 'failure', message: 'dial tcp 127.0.0.1:1: connection refused' },
  });
  t.true(sent < 64 << 20, `${sent} bytes were taken`);
  t.true((await mostMemory(machine)) - memory < 32 << 20, 'what it is sent is not kept');
});

/** The most that netd has had so far, in bytes. */
async function mostMemory(machine: NetdMachine): Promise<number> {
  const status = await readFile(`/proc/${(await machine.identity()).pid}/status`, 'utf8');
  return Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1]) * 1024;
}

test('gRPC health is asked by service', async (t) => {
  await using machine = await openMachine(outside);
  await using server = await serveGrpc((service) => ({ '': 1, sick: 2 })[service]);
  const grpc = (service: string): ProbeAction => ({ type: 'grpc', port: server.port, service });
  t.is(await askOnce(machine, grpc('')), 'well: SERVING');
  t.is(await askOnce(machine, grpc('sick')), 'not: gRPC probe failed: service is NOT_SERVING');
  t.is(await askOnce(machine, grpc('other')), 'not: gRPC probe failed: status 5 who is that');
  t.is(
    await askOnce(machine, { ...grpc(''), port: 1 } as ProbeAction),
    'not: dial tcp 127.0.0.1:1: connection refused',
  );
  await using http = await serveHttp((_, response) => void response.end());
  t.regex(await askOnce(machine, { ...grpc(''), port: http.port } as ProbeAction), /^not: /);
});

test('probes go on while no daemon is there, and the next one finds how they stand', async (t) => {
  await using machine = await openMachine(outside);
  let status = 200;
  let asked = 0;
  await using server = await serveHttp((_, response) => {
    asked += 1;
    response.writeHead(status).end();
  });
  const spec = quick(get(server.port));
  await eventually('it is well', () => machine.opened.probes.keep('a', spec, target).outcome === 'success');
  await machine.opened[Symbol.asyncDispose]();
  status = 500;
  asked = 0;
  await eventually('it is asked', () => asked > 1);
  await using next = await openNetd(machine.options);
  t.deepEqual(next.probes.list(), ['a']);
  t.deepEqual(next.probes.keep('a', spec, target), {
    outcome: 'failure',
    message: 'HTTP probe failed with statuscode: 500',
  });
  status = 200;
  await eventually('changes are told', () => next.probes.keep('a', spec, target).outcome === 'success');
});

test('a netd that is killed forgets nothing: the next one goes on from the states that were known', async (t) => {
  await using machine = await openMachine(outside);
  let status = 200;
  await using server = await serveHttp((_, response) => void response.writeHead(status).end());
  const { probes } = machine.opened;
  const outcomes: string[] = [];
  const look = (): string => probes.keep('a', quick(get(server.port)), target).outcome;
  using _listening = probes.subscribe(() => outcomes.push(look()));
  await eventually('it is well', () => look() === 'success');
  await machine.processes.signal(await machine.identity(), 'SIGKILL');
  status = 500;
  await eventually('it is asked again', () => look() === 'failure');
  t.deepEqual(outcomes, ['success', 'failure']);
});

test('commands are asked by the daemon, and the next daemon finds how they stood', async (t) => {
  let exitCode = 0;
  const exec = async () => {
    if (exitCode < 0) throw new RuntimeError('Unavailable', 'containerd is away');
    return await Promise.resolve({ exitCode, output: exitCode === 0 ? '' : 'no database\n' });
  };
  await using machine = await openMachine({ ...outside, exec });
  const spec = quick({ type: 'exec', command: ['check'] });
  const { probes } = machine.opened;
  const look = (): ProbeState => probes.keep('a', spec, target);
  await eventually('it is well', () => look().outcome === 'success');
  exitCode = 3;
  await eventually('it is not', () => look().outcome === 'failure');
  t.is(look().message, 'exit code 3: no database');
  exitCode = -1;
  await machine.opened[Symbol.asyncDispose]();
  await using next = await openNetd(machine.options);
  t.deepEqual(next.probes.keep('a', spec, target), { outcome: 'failure', message: 'exit code 3: no database' });
  t.deepEqual(await next.probes.ask(spec.action, target, 1000), { success: false, message: 'it could not be asked' });
});

test('inside of a network one way in serves all questions, is opened again when it dies, and goes with the last probe', async (t) => {
  const server = createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const doors = { opened: 0, open: 0, broken: false };
  const openNetwork = async () => {
    doors.opened += 1;
    doors.open += 1;
    await Promise.resolve();
    return {
      async dial(to: number) {
        if (doors.broken) throw new RuntimeError('Unavailable', 'the way into the network is closed');
        const socket = connect(to, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      },
      [Symbol.asyncDispose]: async () => void (doors.open -= 1),
    };
  };
  await using machine = await openMachine({ ...outside, openNetwork });
  const { probes } = machine.opened;
  const inside = { ...target, inside: true, address: '' };
  const keep = (key: string): string => probes.keep(key, quick({ type: 'tcp', port }), inside).outcome;
  await eventually('both are well', () => [keep('a'), keep('b')].every((outcome) => outcome === 'success'));
  t.is(doors.opened, 1);
  doors.broken = true;
  await eventually('neither is', () => [keep('a'), keep('b')].every((outcome) => outcome === 'failure'));
  doors.broken = false;
  await eventually('both are again', () => [keep('a'), keep('b')].every((outcome) => outcome === 'success'));
  probes.remove('a');
  await new Promise((resolve) => setImmediate(resolve));
  t.is(doors.open, 1);
  probes.remove('b');
  await eventually('the way is closed', () => doors.open === 0);
});
