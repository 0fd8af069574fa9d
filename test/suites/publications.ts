import type { Publication, Publications, PublishedRange } from '../../runtime/ports/publications.ts';
import type { Test } from './registry.ts';

export interface PublicationsHarness extends AsyncDisposable {
  readonly publications: Publications;
  /** Makes a sandbox with addresses, these if the harness can choose, in a network that can be reached from outside; or with none. */
  readonly place: (sandbox: string, addresses: readonly string[]) => Promise<void>;
  /** Somebody else has the port; undefined: not any more. */
  readonly occupy: (port: number, holder: string | undefined) => Promise<void>;
}

export const range = (hostPort: number, more: Partial<PublishedRange> = {}): PublishedRange => ({
  protocol: 'TCP',
  hostPort,
  containerPort: 8080,
  count: 1,
  ...more,
});

export const publicationOf = (name: string, more: Partial<Publication> = {}): Publication => ({
  owner: { uid: `uid-${name}`, namespace: 'team', name },
  sandbox: `uid-${name}.1`,
  names: [],
  ready: true,
  ports: [],
  ...more,
});

/** What every Publications promises. */
export function publicationsSuite(test: Test, name: string, create: () => Promise<PublicationsHarness>): void {
  test(`${name}: each range has its answer, in order, and a picked port is kept`, async (t) => {
    await using harness = await create();
    const { publications, place } = harness;
    await place('uid-web.1', ['10.209.1.2']);
    const ports = [range(80), range(0, { containerPort: 9090 }), range(8000, { count: 3 })];
    const answers = await publications.publish(publicationOf('web', { ports }));
    const picked = answers[1]?.hostPort ?? 0;
    t.true(picked > 0);
    t.deepEqual(answers, [range(80), range(picked, { containerPort: 9090 }), range(8000, { count: 3 })]);
    t.deepEqual(await publications.publish(publicationOf('web', { ports })), answers);
    const moved = await publications.publish(publicationOf('web', { ports: ports.toReversed() }));
    t.deepEqual(moved, answers.toReversed());
    t.deepEqual(await publications.list(), ['uid-web']);
  });

  test(`${name}: it may move to another sandbox, and goes when it is withdrawn, also twice`, async (t) => {
    await using harness = await create();
    const { publications, place } = harness;
    await place('uid-web.1', ['10.209.1.2']);
    await place('uid-web.2', ['10.209.1.3']);
    const ports = [range(80), range(0)];
    const before = await publications.publish(publicationOf('web', { ports }));
    t.deepEqual(await publications.publish(publicationOf('web', { ports, sandbox: 'uid-web.2' })), before);
    await publications.withdraw('uid-web');
    await publications.withdraw('uid-web');
    await publications.withdraw('uid-nobody');
    t.deepEqual(await publications.list(), []);
  });

  test(`${name}: a port that a stranger has does not keep the others, and is had when he has gone`, async (t) => {
    await using harness = await create();
    const { publications, place, occupy } = harness;
    await place('uid-web.1', ['10.209.1.2']);
    await occupy(80, 'nginx');
    const ports = [range(80), range(81)];
    const [first, second] = await publications.publish(publicationOf('web', { ports }));
    t.is(first?.problem?.reason, 'PortTaken');
    t.regex(first?.problem?.message ?? '', /\b80\b.*nginx/);
    t.deepEqual(second, range(81));
    await occupy(80, undefined);
    t.deepEqual(await publications.publish(publicationOf('web', { ports })), ports);
  });

  test(`${name}: of two that want one port, the one that has it keeps it until it withdraws`, async (t) => {
    await using harness = await create();
    const { publications, place } = harness;
    await place('uid-one.1', ['10.209.1.2']);
    await place('uid-two.1', ['10.209.1.3']);
    const [one, two] = ['one', 'two'].map((name) => publicationOf(name, { ports: [range(80)] })) as [
      Publication,
      Publication,
    ];
    await publications.publish(one);
    const [refused] = await publications.publish(two);
    t.is(refused?.problem?.reason, 'PortTaken');
    t.regex(refused?.problem?.message ?? '', /Container team\/one/);
    t.deepEqual(await publications.publish(one), [range(80)]);
    await publications.withdraw('uid-one');
    t.deepEqual(await publications.publish(two), [range(80)]);
    t.is((await publications.publish(one))[0]?.problem?.reason, 'PortTaken');
  });

  test(`${name}: ports meet where protocol, number and address do`, async (t) => {
    await using harness = await create();
    const { publications, place } = harness;
    await place('uid-one.1', ['10.209.1.2']);
    await place('uid-two.1', ['10.209.1.3']);
    await publications.publish(
      publicationOf('one', { ports: [range(80), range(90, { hostIP: '127.0.0.1' }), range(100, { count: 5 })] }),
    );
    const ports = [
      range(80, { protocol: 'UDP' }),
      range(90, { hostIP: '127.0.0.2' }),
      range(80, { hostIP: '127.0.0.1' }),
      range(90),
      range(104),
      range(105),
    ];
    const answers = await publications.publish(publicationOf('two', { ports }));
    t.deepEqual(
      answers.map(({ problem }) => problem?.reason),
      [undefined, undefined, 'PortTaken', 'PortTaken', 'PortTaken', undefined],
    );
  });

  test(`${name}: what cannot be led anywhere says why: [::1], and a sandbox without an address`, async (t) => {
    await using harness = await create();
    const { publications, place } = harness;
    await place('uid-web.1', ['10.209.1.2']);
    await place('uid-bare.1', []);
    const ports = [range(80, { hostIP: '::1' }), range(81)];
    const web = await publications.publish(publicationOf('web', { ports }));
    t.deepEqual(
      web.map(({ problem }) => problem?.reason),
      ['PortUnsupported', undefined],
    );
    const [bare] = await publications.publish(publicationOf('bare', { ports: [range(82)] }));
    t.is(bare?.problem?.reason, 'NoAddress');
  });

  test(`${name}: many at once come into force, each with its own answer`, async (t) => {
    await using harness = await create();
    const { publications, place } = harness;
    const names = Array.from({ length: 10 }, (_, index) => `c${String(index)}`);
    for (const each of names) await place(`uid-${each}.1`, ['10.209.1.2']);
    const answers = await Promise.all(
      names.map((each, index) => publications.publish(publicationOf(each, { ports: [range(8000 + index)] }))),
    );
    t.deepEqual(
      answers,
      names.map((_, index) => [range(8000 + index)]),
    );
    t.deepEqual((await publications.list()).toSorted(), names.map((each) => `uid-${each}`).toSorted());
    await Promise.all(names.map((each) => publications.withdraw(`uid-${each}`)));
    t.deepEqual(await publications.list(), []);
  });
}
