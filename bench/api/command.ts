/** How long the command line takes for what people do most. */
import { join } from 'node:path';
import type { Container } from '../../schemas/gen/types.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import { answers, run } from '../run.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import type { ApiOptions } from './servers.ts';
import { openTsmoby } from './tsmoby.ts';

const TURNS = 15;
const LEAST_TURNS = 5;
const CONTAINERS = 20;

/** `get containers` by both programs from the same daemon: ours as it is installed, over the socket; kubectl over HTTPS, with its caches warm. */
export async function benchCommand(options: ApiOptions): Promise<BenchRow[]> {
  await using server = await openTsmoby(options);
  const { folder, program, runDirectory, dataDirectory, daemon } = server.world;
  for (let index = 0; index < CONTAINERS; index++) await daemon.client.create(container(`c-${index}`));
  const home = { HOME: folder, NODE_COMPILE_CACHE: join(folder, 'compile-cache') };
  const socket = `unix://${join(runDirectory, 'tsmoby.sock')}`;
  const kubeconfig = join(dataDirectory, 'kubeconfig');
  const ours = () => run(program, ['get', 'containers', '--server', socket], home);
  const theirs = () => run('kubectl', ['get', 'containers', '--kubeconfig', kubeconfig], home);
  const row = { name: '`tsmoby get containers`', unit: 'ms' };
  const hasKubectl = await answers('kubectl', 'version', '--client');
  const times: { readonly own: number; readonly other: number }[] = [];
  for (let turn = 0; turn <= Math.max(TURNS / options.divisor, LEAST_TURNS); turn++) {
    options.signal.throwIfAborted();
    const one = { own: await timed(ours), other: hasKubectl ? await timed(theirs) : NaN };
    if (turn > 0) times.push(one);
  }
  const own = median(times.map((time) => time.own));
  if (!hasKubectl) return [{ ...row, value: round(own), note: 'kubectl is not installed' }];
  const other = median(times.map((time) => time.other));
  const note = `kubectl ${round(other)}: ${(own / other).toFixed(2)} of its time; goal ≤ 1.5`;
  return [{ ...row, value: round(own), note }];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Held back from the runtime: its image never comes. */
const container = (name: string): ObjectInput<Container> => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Container',
  metadata: { name, namespace: 'default' },
  spec: { image: 'bench.tsmoby.dev/absent:v1', imagePullPolicy: 'Never' },
});
