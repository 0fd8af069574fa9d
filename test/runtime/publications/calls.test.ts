import test from 'ava';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Publication } from '../../../runtime/ports/publications.ts';
import { publicationOf, range } from '../../suites/publications.ts';
import { attachment, createPublicationsWorld } from './world.ts';

const ports = [range(80), range(53, { protocol: 'UDP' })];
const named = { names: [{ network: 'net-1', names: ['web', 'www'] }], pid: 7 };

test('what is in force is published again without any call, also by the next daemon when all has been told once', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place, startTimes } = world;
  await place('uid-web.1', ['10.209.1.2']);
  startTimes.set(7, '100');
  const web = publicationOf('web', { ports, ...named });
  await publications.publish(web);
  t.deepEqual(recorder.take(), [
    'reserve TCP 80, UDP 53',
    'forward 80>10.209.1.2:8080, 53>10.209.1.2:8080',
    'names web',
  ]);
  await publications.publish(web);
  t.deepEqual(recorder.take(), []);
  const { publications: later } = await world.next();
  t.deepEqual(await later.list(), ['uid-web']);
  await later.publish(web);
  t.deepEqual(recorder.take(), [
    'reserve TCP 80, UDP 53',
    'forward 80>10.209.1.2:8080, 53>10.209.1.2:8080',
    'names web',
  ]);
  await later.publish(web);
  t.deepEqual(recorder.take(), []);
});

test('who loses a port while netd is away hears of it, and publishing the same again says who has it, until it is free', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place, occupy } = world;
  const told: string[] = [];
  await place('uid-web.1', ['10.209.1.2']);
  await place('uid-db.1', ['10.209.1.3']);
  const web = publicationOf('web', { ports: [range(80), range(443)] });
  await publications.publish(web);
  await publications.publish(publicationOf('db', { ports: [range(81)] }));
  {
    using _subscription = publications.subscribe((uid) => told.push(uid));
    recorder.lose({ protocol: 'TCP', hostPort: 443 }, 'nginx');
  }
  t.deepEqual(told, ['uid-web']);
  const answers = await publications.publish(web);
  t.deepEqual(
    answers.map(({ hostPort, problem }) => [hostPort, problem?.reason]),
    [
      [80, undefined],
      [443, 'PortTaken'],
    ],
  );
  t.deepEqual(
    recorder.forwards.map(({ hostPort }) => hostPort),
    [81, 80],
  );
  await occupy(443, undefined);
  t.deepEqual(await publications.publish(web), web.ports);
  recorder.lose({ protocol: 'TCP', hostPort: 81 }, 'nginx');
  t.deepEqual(told, ['uid-web'], 'nobody listens any more');
});

test('what is told of a container that did not change is the same object, so that only the others have to be told', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place } = world;
  await place('uid-web.1', ['10.209.1.2']);
  await place('uid-db.1', ['10.209.1.3']);
  const names = [{ network: 'net-1', names: ['x'] }];
  await publications.publish(publicationOf('web', { ports: [range(80)], names }));
  const [host, reservation, forward] = [recorder.names?.hosts[0], recorder.reservations[0], recorder.forwards[0]];
  await publications.publish(publicationOf('db', { ports: [range(81)], names }));
  await publications.setReady('uid-db', false);
  t.is(recorder.names?.hosts.length, 2);
  t.is(recorder.names?.hosts[0], host);
  t.is(recorder.reservations[0], reservation);
  t.is(recorder.forwards[0], forward);
});

test('whoever comes while the next daemon hands the first one over finds what is in force as it is, and nothing is written', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place, runDirectory } = world;
  const all = Array.from({ length: 20 }, (_, index) =>
    publicationOf(`c${index}`, { ports: [range(1000 + index), range(0)] }),
  );
  for (const { sandbox } of all) await place(sandbox, ['10.209.1.2']);
  for (const each of all) await publications.publish(each);
  const inodes = () =>
    Promise.all(
      all.map(async ({ owner }) => (await stat(join(runDirectory, 'publications', `${owner.uid}.json`))).ino),
    );
  const before = await inodes();
  recorder.take();
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { publications: later } = await world.next('boot-1', {
    ...recorder.netd,
    async setReservations(reservations) {
      begun.resolve();
      await gate.promise;
      return recorder.netd.setReservations(reservations);
    },
  });
  const [first, ...others] = all;
  const publishing = later.publish(first as Publication);
  await begun.promise;
  const rest = others.map((each) => later.publish(each));
  gate.resolve();
  const answers = [await publishing, ...(await Promise.all(rest))];
  t.deepEqual(
    recorder.take().map((call) => call.split(' ')[0]),
    ['reserve', 'forward', 'names'],
  );
  t.true(answers.every(([one, other]) => one?.problem === undefined && (other?.hostPort ?? 0) > 0));
  const after = await inodes();
  t.deepEqual(after.slice(1), before.slice(1));
});

test('a picked port stays when the daemon died before it had written down that it was picked', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, place, dataDirectory } = world;
  await place('uid-web.1', ['10.209.1.2']);
  const [answer] = await publications.publish(publicationOf('web', { ports: [range(0)] }));
  await rm(dataDirectory, { recursive: true });
  const { publications: later } = await world.next();
  const answers = await later.publish(publicationOf('web', { ports: [range(0), range(81)] }));
  t.is(answers[0]?.hostPort, answer?.hostPort);
});

test('where no port can be picked but one that a Container has, the other is told that it is taken', async (t) => {
  await using world = await createPublicationsWorld();
  const { recorder, place } = world;
  const netd = { ...recorder.netd, pickPort: async () => 49_152 };
  const { publications } = await world.next('boot-1', netd);
  for (const name of ['web', 'db']) await place(`uid-${name}.1`, ['10.209.1.2']);
  const ports = [range(0, { protocol: 'SCTP' })];
  await publications.publish(publicationOf('web', { ports }));
  const [answer] = await publications.publish(publicationOf('db', { ports }));
  t.is(answer?.problem?.reason, 'PortTaken');
  t.deepEqual(
    recorder.forwards.map(({ hostPort }) => hostPort),
    [49_152],
  );
});

test('to move is one swap: nothing is let go of, and UDP forgets where it went', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place } = world;
  await place('uid-web.1', ['10.209.1.2']);
  await place('uid-web.2', ['10.209.1.3']);
  await publications.publish(publicationOf('web', { ports }));
  recorder.take();
  await publications.publish(publicationOf('web', { ports, sandbox: 'uid-web.2' }));
  t.deepEqual(recorder.take(), ['forward 80>10.209.1.3:8080, 53>10.209.1.3:8080', 'forget 10.209.1.2']);
});

test('a port leads nowhere before it is reserved, and is given away when nothing leads there any more', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place } = world;
  await place('uid-web.1', ['10.209.1.2']);
  await publications.publish(publicationOf('web', { ports: [range(80)] }));
  recorder.take();
  await publications.publish(publicationOf('web', { ports: [range(81)] }));
  t.deepEqual(recorder.take(), ['reserve TCP 81, TCP 80', 'forward 81>10.209.1.2:8080', 'reserve TCP 81']);
  await publications.withdraw('uid-web');
  t.deepEqual(recorder.take(), ['forward', 'reserve']);
});

test('whoever comes while a change is under way goes with the next one, all together', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place } = world;
  const names = Array.from({ length: 30 }, (_, index) => `c${String(index)}`);
  for (const name of names) await place(`uid-${name}.1`, ['10.209.1.2']);
  await Promise.all(
    names.map((name, index) => publications.publish(publicationOf(name, { ports: [range(100 + index)] }))),
  );
  t.true(recorder.take().filter((call) => call.startsWith('forward')).length <= 2);
  t.is(recorder.forwards.length, 30);
});

test('two families, and an address of one of them, lead to addresses of theirs; ranges port by port', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, places } = world;
  places.set('uid-web.1', {
    attachments: [
      attachment(['10.1.0.2'], { network: 'vault', internal: true }),
      attachment(['10.2.0.2'], { network: 'wire', driver: 'macvlan' }),
      attachment(['10.3.0.2', 'fd00::2']),
      attachment(['10.4.0.2'], { network: 'other' }),
    ],
  });
  await publications.publish(
    publicationOf('web', {
      ports: [
        range(80),
        range(81, { hostIP: '127.0.0.1' }),
        range(82, { hostIP: '2001:DB8::0:1' }),
        range(83, { hostIP: '0.0.0.0', count: 2 }),
        range(90, { hostIP: '::' }),
      ],
    }),
  );
  t.deepEqual(recorder.forwards, [
    { protocol: 'TCP', hostPort: 80, address: '10.3.0.2', port: 8080 },
    { protocol: 'TCP', hostPort: 80, address: 'fd00::2', port: 8080 },
    { protocol: 'TCP', hostIP: '127.0.0.1', hostPort: 81, address: '10.3.0.2', port: 8080 },
    { protocol: 'TCP', hostIP: '2001:db8::1', hostPort: 82, address: 'fd00::2', port: 8080 },
    { protocol: 'TCP', hostPort: 83, address: '10.3.0.2', port: 8080 },
    { protocol: 'TCP', hostPort: 84, address: '10.3.0.2', port: 8081 },
    { protocol: 'TCP', hostPort: 90, address: 'fd00::2', port: 8080 },
  ]);
});

for (const broken of ['reserve', 'forward', 'names']) {
  test(`when "${broken}" is refused, what was in force still is, and it is done when it is asked again`, async (t) => {
    await using world = await createPublicationsWorld();
    const { publications, recorder, place } = world;
    await place('uid-web.1', ['10.209.1.2']);
    await place('uid-web.2', ['10.209.1.3']);
    const [before, after] = [
      publicationOf('web', { ports: [range(80)], ...named }),
      publicationOf('web', { ports: [range(80), range(81)], sandbox: 'uid-web.2', ...named }),
    ] as const;
    await publications.publish(before);
    const forwards = recorder.forwards;
    recorder.broken = broken;
    await t.throwsAsync(publications.publish(after), { code: 'Unavailable' } as object);
    t.deepEqual(recorder.forwards, forwards);
    recorder.broken = undefined;
    await publications.publish(after);
    t.is(recorder.forwards.length, 2);
    t.deepEqual(
      recorder.forwards.map(({ address }) => address),
      ['10.209.1.3', '10.209.1.3'],
    );
    t.is(recorder.names?.hosts[0]?.places[0]?.addresses[0], '10.209.1.3');
    t.deepEqual(
      recorder.reservations.map(({ hostPort }) => hostPort),
      [80, 81],
    );
  });
}

test('one that the firewall refuses does not keep the others from coming into force', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place } = world;
  await place('uid-good.1', ['10.209.1.2']);
  await place('uid-bad.1', ['10.209.1.66']);
  const forward = recorder.firewall.setForwards;
  Object.assign(recorder.firewall, {
    setForwards: async (forwards: Parameters<typeof forward>[0]) => {
      recorder.broken = forwards.some(({ address }) => address === '10.209.1.66') ? 'forward' : undefined;
      await forward(forwards);
    },
  });
  const [bad, good] = await Promise.allSettled([
    publications.publish(publicationOf('bad', { ports: [range(81)] })),
    publications.publish(publicationOf('good', { ports: [range(80)] })),
  ]);
  t.is(bad.status, 'rejected');
  t.is(good.status, 'fulfilled');
  t.deepEqual(
    recorder.forwards.map(({ hostPort }) => hostPort),
    [80],
  );
});

test('a picked port is had again after a boot, when nothing else is in force', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, place, recorder } = world;
  await place('uid-web.1', ['10.209.1.2']);
  const web = publicationOf('web', { ports: [range(0)] });
  const [first] = await publications.publish(web);
  const { publications: later } = await world.next('boot-2');
  t.deepEqual(await later.list(), []);
  recorder.take();
  t.deepEqual(await later.publish(web), [{ ...range(0), hostPort: first?.hostPort ?? 0 }]);
  t.deepEqual(
    recorder.take().filter((call) => call.startsWith('pick')),
    [],
  );
  await later.withdraw('uid-web');
  const { publications: last } = await world.next('boot-2');
  const [other] = await last.publish(web);
  t.not(other?.hostPort, first?.hostPort);
});

test('a picked port that somebody else has by now is picked anew', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, place, occupy } = world;
  await place('uid-web.1', ['10.209.1.2']);
  const web = publicationOf('web', { ports: [range(0)] });
  const [first] = await publications.publish(web);
  await occupy(first?.hostPort ?? 0, 'nginx');
  const { publications: later } = await world.next('boot-2');
  const [second] = await later.publish(web);
  t.is(second?.problem, undefined);
  t.not(second?.hostPort, first?.hostPort);
});

test('files that nobody can read are as if they were not there', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, place, runDirectory } = world;
  await place('uid-web.1', ['10.209.1.2']);
  await publications.publish(publicationOf('web', { ports }));
  await writeFile(`${runDirectory}/publications/uid-web.json`, '{"bootId":');
  const { publications: later } = await world.next();
  t.deepEqual(await later.list(), []);
  t.deepEqual(await later.publish(publicationOf('web', { ports })), ports);
});

test('a uid that would leave the directory is refused', async (t) => {
  await using world = await createPublicationsWorld();
  const web = publicationOf('web');
  await t.throwsAsync(world.publications.publish({ ...web, owner: { ...web.owner, uid: '../x' } }), {
    message: /cannot own/,
  });
});
