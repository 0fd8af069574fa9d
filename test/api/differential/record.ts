/**
 * Sends the written probes to a real server and keeps what it answered, for the tests that run without one.
 *
 *     TSMOBY_REFERENCE_KUBECONFIG=… node test/api/differential/record.ts [file …]
 */
import { writeFile } from 'node:fs/promises';
import { CASES } from './cases/index.ts';
import { normalise } from './normalise.ts';
import { runProbe } from './probe.ts';
import { openReference } from './reference.ts';

using reference = await openReference(process.env['TSMOBY_REFERENCE_KUBECONFIG']);
if (reference === undefined) throw new Error('TSMOBY_REFERENCE_KUBECONFIG names no server');
const wanted = process.argv.slice(2);
let made = 0;
for (const [name, probes] of Object.entries(CASES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const recorded: Record<string, unknown> = {};
  for (const probe of probes) {
    const namespace = `record-${process.pid.toString(36)}-${String(made++)}`;
    recorded[probe.title] = normalise(await runProbe(reference, probe, namespace), probe.steps, namespace);
  }
  await writeFile(new URL(`recorded/${name}.json`, import.meta.url), `${JSON.stringify(recorded, null, 1)}\n`);
  console.log(`${name}: ${String(probes.length)} probes`);
}
