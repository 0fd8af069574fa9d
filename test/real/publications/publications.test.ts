/** The port with the real firewall and the real netd, in a network namespace of their own. */
import { rm, writeFile } from 'node:fs/promises';
import test from 'ava';
import { createProcesses } from '../../../runtime/host/processes.ts';
import { endNetd } from '../../../runtime/netd/end-netd.ts';
import { openNetd, type NetdOptions } from '../../../runtime/netd/open-netd.ts';
import type { SandboxPlace } from '../../../runtime/ports/sandboxes.ts';
import { openPublications } from '../../../runtime/publications/create.ts';
import { attachment } from '../../runtime/publications/world.ts';
import { publicationOf, range } from '../../suites/publications.ts';
import { makeFolder, whenInterrupted } from '../../support/interruption.ts';
import { createNetworkWorld, type NetworkWorld } from '../../support/network/world.ts';
import { FRONT, inFront, makeBridges, openFirewall } from '../firewall/opened.ts';

async function open(world: NetworkWorld) {
  await using opening = new AsyncDisposableStack();
  const { firewall } = opening.use(await openFirewall(world));
  const folder = await makeFolder('/tmp/tsn-');
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const [runDirectory, dataDirectory] = [`${folder}/run`, `${folder}/data`];
  const node = `${folder}/node`;
  const words = [...world.prefix, process.execPath].map((word) => `'${word}'`).join(' ');
  await writeFile(node, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o700 });
  const nothing = async (): Promise<never> => await Promise.reject(new Error('not asked for here'));
  const options: NetdOptions = {
    runDirectory,
    processes: createProcesses({ bootId: 'boot-1' }),
    log: { info: () => undefined, warn: () => undefined },
    node,
    resolvConf: `${folder}/resolv.conf`,
    exec: nothing,
    openNetwork: nothing,
  };
  opening.defer(whenInterrupted(() => endNetd(options)));
  const { netd } = opening.use(await openNetd(options));
  const places = new Map<string, SandboxPlace>();
  const { uid, subnets } = FRONT;
  const network = {
    uid,
    namespace: 'team',
    gateways: subnets.map(({ gateway }) => gateway),
    subnets: subnets.map(({ subnet }) => subnet),
    internal: false,
  };
  const create = () =>
    openPublications({
      facts: { runDirectory, dataDirectory, bootId: 'boot-1' },
      firewall,
      netd,
      placeOf: (id) => places.get(id),
      networks: () => [network],
      startTimeOf: async () => undefined,
    });
  const opened = opening.move();
  return { ...(await create()), create, firewall, places, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const at = (last: number): SandboxPlace => ({
  attachments: [attachment([`10.208.1.${String(last)}`, `fd00:1::${String(last)}`], { network: FRONT.uid })],
});

test.serial(
  'a published container is reached, moves without a failed connection, and leaves nothing behind',
  async (t) => {
    await using world = await createNetworkWorld();
    await makeBridges(world, FRONT);
    await using opened = await open(world);
    const { publications, firewall, places } = opened;
    const [one, two] = [await inFront(world, 2), await inFront(world, 3)];
    await one.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'one' });
    await two.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'two' });
    places.set('uid-web.1', at(2)).set('uid-web.2', at(3));
    await firewall.setNetworks([FRONT]);
    const web = publicationOf('web', { ports: [range(80), range(0), range(81, { hostIP: '127.0.0.1' })] });
    const answers = await publications.publish(web);
    t.deepEqual(
      answers.flatMap(({ problem }) => problem ?? []),
      [],
    );
    t.is(await world.outside.ask('192.0.2.1', 80), 'one 192.0.2.2');
    t.is(await world.outside.ask('2001:db8::1', 80), 'one 2001:db8::2');
    t.is(await world.outside.ask('192.0.2.1', answers[1]?.hostPort ?? 0), 'one 192.0.2.2');
    t.is(await world.machine.ask('127.0.0.1', 81), 'one 10.208.1.1');
    t.is(await world.outside.ask('192.0.2.1', 81), 'ECONNREFUSED');
    await world.outside.order({ type: 'load', host: '192.0.2.1', port: 80 });
    for (let move = 1; move <= 20; move += 1) {
      await publications.publish({ ...web, sandbox: `uid-web.${String(1 + (move % 2))}` });
    }
    const load = await world.outside.order({ type: 'stopLoad' });
    t.log(load);
    t.deepEqual(Object.keys(load as object).toSorted(), ['one 192.0.2.2', 'two 192.0.2.2']);
    await publications.withdraw('uid-web');
    t.is(await world.outside.ask('192.0.2.1', 80), 'ECONNREFUSED');
    t.is(await world.machine.order({ type: 'serve', protocol: 'TCP', port: 80, label: 'free again' }), 'serving');
    await firewall.setNetworks([]);
    t.is(await world.run('nft', 'list', 'ruleset'), '');
  },
);

test.serial(
  'a port that a stranger has is told and had later; ours no stranger gets, and another container not either',
  async (t) => {
    await using world = await createNetworkWorld();
    await makeBridges(world, FRONT);
    await using opened = await open(world);
    const { publications, firewall, places } = opened;
    const server = await inFront(world, 2);
    await server.order({ type: 'serve', protocol: 'TCP', port: 8080, label: 'web' });
    places.set('uid-web.1', at(2)).set('uid-other.1', at(2));
    await firewall.setNetworks([FRONT]);
    await world.machine.order({ type: 'serve', protocol: 'TCP', port: 80, label: 'stranger' });
    const web = publicationOf('web', { ports: [range(80), range(81)] });
    const [taken, had] = await publications.publish(web);
    t.is(taken?.problem?.reason, 'PortTaken');
    t.is(had?.problem, undefined);
    t.is(await world.outside.ask('192.0.2.1', 80), 'stranger 192.0.2.2');
    t.is(await world.outside.ask('192.0.2.1', 81), 'web 192.0.2.2');
    await world.machine.order({ type: 'stop' });
    t.deepEqual(await publications.publish(web), [range(80), range(81)]);
    t.is(await world.outside.ask('192.0.2.1', 80), 'web 192.0.2.2');
    t.is(await world.machine.order({ type: 'serve', protocol: 'TCP', port: 80, label: 'stranger' }), 'EADDRINUSE');
    const [refused] = await publications.publish(publicationOf('other', { ports: [range(80)] }));
    t.regex(refused?.problem?.message ?? '', /Container team\/web/);
    const later = await opened.create();
    t.deepEqual(await later.publications.publish(web), [range(80), range(81)]);
    t.is(await world.machine.order({ type: 'serve', protocol: 'TCP', port: 80, label: 'stranger' }), 'EADDRINUSE');
  },
);

test.serial('a gateway where somebody else answers names is told until he has gone', async (t) => {
  await using world = await createNetworkWorld();
  await makeBridges(world, FRONT);
  await world.machine.order({ type: 'serve', protocol: 'UDP', port: 53, label: 'stranger' });
  await using opened = await open(world);
  await opened.refreshNames();
  t.is(typeof opened.dnsProblem('10.208.1.1'), 'string');
  await world.machine.order({ type: 'stop' });
  await opened.refreshNames();
  t.is(opened.dnsProblem('10.208.1.1'), undefined);
});
