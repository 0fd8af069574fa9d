/**
 * Looks for differences between our server and a real one with random probes, and prints the smallest that it finds.
 *
 *     TSMOBY_REFERENCE_KUBECONFIG=… node test/api/differential/explore.ts [Kind] [runs] [seed]
 */
import { asyncProperty, check } from 'fast-check';
import { differences } from './compare.ts';
import { probes, TARGETS } from './generate.ts';
import { normalise } from './normalise.ts';
import { openOurs } from './ours.ts';
import { runProbe, type Probe, type ProbedServer } from './probe.ts';
import { openReference } from './reference.ts';

const [kind = 'ConfigMap', runs = '200', seed = String(Math.floor(Math.random() * 2 ** 31))] = process.argv.slice(2);
const target = TARGETS.find((one) => one.kind === kind);
using reference = await openReference(process.env['TSMOBY_REFERENCE_KUBECONFIG']);
if (reference === undefined || target === undefined)
  throw new Error('needs TSMOBY_REFERENCE_KUBECONFIG, and a kind it knows');
await using ours = await openOurs();

let made = 0;
let last: readonly string[] = [];
async function compared(theirs: ProbedServer, probe: Probe): Promise<string[]> {
  const namespace = `probe-${process.pid.toString(36)}-${String(made++)}`;
  const [left, right] = await Promise.all([runProbe(theirs, probe, namespace), runProbe(ours, probe, namespace)]);
  const shown = [left, right].map((answers) => normalise(answers, probe.steps, namespace));
  const found = differences(probe, shown[0] ?? [], shown[1] ?? []);
  if (found.length > 0) last = found;
  return found;
}

const outcome = await check(
  asyncProperty(probes(target), async (probe) => (await compared(reference, probe)).length === 0),
  { numRuns: Number(runs), seed: Number(seed), endOnFailure: false, interruptAfterTimeLimit: 240_000 },
);
if (!outcome.failed) console.log(`${kind}: ${String(outcome.numRuns)} probes, no difference (seed ${seed})`);
else {
  const [probe] = outcome.counterexample ?? [];
  if (probe !== undefined) {
    for (const [index, one] of probe.steps.entries())
      console.log(index, one.verb, one.path, one.type ?? '', JSON.stringify(one.body));
    console.log(last.join('\n'));
    if ((await compared(reference, probe)).length === 0) console.log('… but not every time');
  }
  console.log(
    `${kind}: differs after ${String(outcome.numRuns)} probes and ${String(outcome.numShrinks)} shrinks (seed ${seed})`,
  );
  process.exitCode = 1;
}
