import test from 'ava';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { seededRandom } from '../../support/lag-client.ts';
import { ContainerWorld, isReady } from '../../support/container-world.ts';
import { LossyPorts } from '../../support/lossy-ports.ts';
import { ManualTime } from '../../support/manual-time.ts';

const NAMES = ['a', 'b', 'c'];
/** CHAOS=300 looks longer. */
const SEEDS = Array.from({ length: Number(process.env['CHAOS'] ?? 12) }, (_, index) => index + 1);
const STEPS = 40;

const PROBE = { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 2 };

const SPECS: readonly Partial<ContainerSpec>[] = [
  {},
  { args: ['sleep', '1000000'] },
  { image: 'app:2' },
  { resources: { limits: { memory: '64Mi' } } },
  { volumes: [{ name: 'v', emptyDir: {} }], volumeMounts: [{ name: 'v', mountPath: '/v' }] },
  { terminationGracePeriodSeconds: 0, restartPolicy: 'OnFailure' },
  { livenessProbe: PROBE, readinessProbe: PROBE },
  { startupProbe: PROBE, lifecycle: { postStart: { sleep: { seconds: 3 } }, preStop: { sleep: { seconds: 4 } } } },
  { livenessProbe: PROBE, lifecycle: { preStop: { exec: { command: ['bye'] } } } },
];

const METHODS = [
  ...['create', 'start', 'get', 'list', 'kill', 'deleteTask', 'delete', 'oomKills'].map((name) => `containers.${name}`),
  'logs.open',
  'logs.drain',
  'sandboxes.ensure',
  'images.pull',
  'images.get',
  'volumes.resetScratchFile',
];

/** A world in which anything happens, and what it was last asked for. */
class Chaos {
  readonly wanted = new Map<string, Partial<ContainerSpec>>();
  readonly lossy = new LossyPorts();
  readonly #random: () => number;
  /** Instances that answered otherwise than well, also those that are gone: they may come again. */
  readonly #asked = new Set<string>();
  #running = true;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.#random() * all.length)];
  }

  async step(world: ContainerWorld, time: ManualTime): Promise<string> {
    const { controls } = world;
    const name = this.#pick(NAMES) ?? '';
    const tasks = controls.instanceIds().filter((id) => controls.instance(id)?.task?.running);
    const actions: Readonly<Record<string, () => unknown>> = {
      apply: async () => {
        const spec = this.#pick(SPECS) ?? {};
        // One that is being deleted takes no new spec that would outlive it.
        const { metadata } = await world.apply(name, spec);
        if (metadata.deletionTimestamp === undefined) this.wanted.set(name, spec);
      },
      delete: async () => {
        this.wanted.delete(name);
        await world.delete(name).catch(() => undefined);
      },
      exit: () => this.#at(tasks, (id) => controls.exitTask(id, this.#random() < 0.5 ? 0 : 1)),
      kill: () => this.#at(tasks, (id) => controls.killTask(id)),
      oom: () => this.#at(tasks, (id) => controls.oom(id)),
      sick: () => this.#answer(world, 'failure'),
      silent: () => this.#answer(world, 'silent'),
      well: () => this.#answer(world, 'success'),
      'delete task': () => this.#at(tasks, (id) => controls.deleteTask(id)),
      'delete record': () => this.#at(controls.instanceIds(), (id) => controls.deleteRecord(id)),
      'runtime away': () => controls.setUnavailable(true),
      'runtime back': () => controls.setUnavailable(false),
      deaf: () => controls.muteEvents(true),
      hearing: () => controls.muteEvents(false),
      break: () => this.lossy.failNext(this.#pick(METHODS) ?? '', this.#random() < 0.5 ? 'before' : 'after'),
      daemon: async () => {
        if (this.#running) await world.stop();
        else await world.start();
        this.#running = !this.#running;
      },
      wait: () => time.pass(Math.floor(this.#random() * 20_000)),
    };
    const often = ['apply', 'apply', 'apply', 'wait', 'runtime back', 'hearing'];
    const action = this.#pick([...Object.keys(actions), ...often]) ?? 'wait';
    await actions[action]?.();
    await time.pass(Math.floor(this.#random() * 300));
    return `${action} ${name}`;
  }

  #answer({ controls }: ContainerWorld, answer: 'success' | 'failure' | 'silent'): void {
    this.#at(controls.instanceIds(), (id) => {
      this.#asked.add(id);
      controls.answerProbe(id, answer);
    });
  }

  #at(ids: readonly string[], act: (id: string) => void): void {
    const id = this.#pick(ids);
    if (id !== undefined) act(id);
  }

  async heal(world: ContainerWorld): Promise<void> {
    world.controls.setUnavailable(false);
    world.controls.muteEvents(false);
    this.lossy.clear();
    for (const id of this.#asked) world.controls.answerProbe(id, 'success');
    if (!this.#running) await world.start();
    this.#running = true;
  }
}

for (const seed of SEEDS) {
  test(`whatever happens (${seed}), what is asked for is there in the end, once, and nothing else`, async (t) => {
    const time = new ManualTime();
    const chaos = new Chaos(seed);
    await using world = await ContainerWorld.open({ time, ports: chaos.lossy.wrap });
    world.controls.addImage('docker.io/library/app:2', { version: 2 });
    const story: string[] = [];
    for (const name of NAMES) chaos.wanted.set(name, (await world.apply(name)).spec);
    for (let step = 0; step < STEPS; step += 1) story.push(await chaos.step(world, time));
    await chaos.heal(world);
    await time.pass(400_000);
    await world.quiet();
    const told = story.join(', ');
    let instances = 0;
    for (const name of NAMES) {
      const object = await world.find<Awaited<ReturnType<typeof world.get>>>({
        apiVersion: 'tsmoby.dev/v1alpha1',
        kind: 'Container',
        namespace: 'default',
        name,
      });
      const spec = chaos.wanted.get(name);
      t.is(object === undefined, spec === undefined, `${name}: ${told}`);
      if (object === undefined || spec === undefined) continue;
      instances += 1;
      const [only, ...others] = world.instances(object);
      t.deepEqual(others, [], told);
      t.true(isReady(object), `${name}: ${JSON.stringify(object.status)} after ${told}`);
      const over = object.status?.state?.terminated !== undefined;
      t.is(only?.endsWith(' running') ?? false, !over, told);
      if (over) t.is(spec.restartPolicy, 'OnFailure');
      else t.is(object.status?.pid, world.controls.instance(world.only(object))?.task?.pid);
    }
    t.true(world.controls.instanceIds().length <= instances);
    t.deepEqual(await world.costOfNothing(), [], told);
    for (const name of chaos.wanted.keys()) await world.delete(name);
    await world.eventually('nothing is left', async () => (await world.holdings()).length === 0, 1000);
  });
}
