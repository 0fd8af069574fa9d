/** Our server answers as a real one did (kube-apiserver v1.36.2), request by request. `record.ts` says how to ask it again. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { CASES } from './cases/index.ts';
import { differences } from './compare.ts';
import { normalise, type Shown } from './normalise.ts';
import { openOurs } from './ours.ts';
import { runProbe } from './probe.ts';

for (const [file, probes] of Object.entries(CASES)) {
  const text = await readFile(new URL(`recorded/${file}.json`, import.meta.url), 'utf8');
  const recorded = JSON.parse(text) as Record<string, readonly Shown[]>;
  for (const probe of probes) {
    test(`${file}: ${probe.title}`, async (t) => {
      await using ours = await openOurs();
      const answers = normalise(await runProbe(ours, probe, 'probe-1'), probe.steps, 'probe-1');
      t.is(differences(probe, recorded[probe.title] ?? [], answers).join('\n'), '');
    });
  }
}
