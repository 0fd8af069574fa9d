/** Many small objects over HTTP on the unix socket: durable writes, and an apply that changes nothing. */
import type { ConfigMap } from '../schemas/gen/types.ts';
import type { ObjectInput } from '../schemas/object.ts';
import type { LoopDelay } from './daemon-process.ts';
import { inParallel } from './in-parallel.ts';
import { revision } from './containers.ts';
import type { BenchRow } from './row.ts';
import { round } from './statistics.ts';
import type { World } from './world.ts';

const WRITERS = 16;

const configMap = (prefix: string, index: number): ObjectInput<ConfigMap> => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `${prefix}-${index}`, namespace: 'default', labels: { app: 'bench' } },
  data: { key: 'value '.repeat(50), index: String(index) },
});

/** Needs a hooked daemon. */
export async function benchApi({ daemon }: World, count: number): Promise<BenchRow[]> {
  const { client } = daemon;
  const objects = (prefix: string) => Array.from({ length: count }, (_, index) => configMap(prefix, index));
  await inParallel(objects('warm').slice(0, 100), WRITERS, (object) => client.create(object));
  const created = await measured(daemon, () => inParallel(objects('made'), WRITERS, (object) => client.create(object)));
  const apply = () => inParallel(objects('kept'), WRITERS, (object) => client.apply(object, { fieldManager: 'bench' }));
  await apply();
  const before = await revision(client);
  const applied = await measured(daemon, apply);
  const writes = (await revision(client)) - before;
  return [
    {
      name: `create ${count} ConfigMaps, ${WRITERS} writers`,
      value: round((count * 1000) / created.milliseconds),
      unit: 'durable writes/s',
      note: 'HTTP on the unix socket',
    },
    ...delayRows('creating', created.delay),
    {
      name: `apply ${count} unchanged objects`,
      value: round(applied.milliseconds / 1000, 2),
      unit: 's',
      note: `${WRITERS} at once`,
    },
    { name: 'writes of that', value: writes, unit: 'writes', note: 'goal 0' },
    ...delayRows('applying', applied.delay),
  ];
}

async function measured(daemon: World['daemon'], work: () => Promise<void>) {
  let milliseconds = 0;
  const delay = await daemon.loopDelay(async () => {
    const start = performance.now();
    await work();
    milliseconds = performance.now() - start;
  });
  return { milliseconds, delay };
}

function delayRows(when: string, { p99, max }: LoopDelay): BenchRow[] {
  return [
    {
      name: `event-loop delay p99, ${when}`,
      value: round(p99, 1),
      unit: 'ms',
      note: "the daemon's; perf_hooks at 1 ms, preloaded into it",
    },
    { name: `event-loop delay max, ${when}`, value: round(max, 1), unit: 'ms' },
  ];
}
