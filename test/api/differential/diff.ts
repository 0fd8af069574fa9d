/** Prints where our server's answers to the written probes differ from the recorded ones: `node …/diff.ts [file …]`. */
import { readFile } from 'node:fs/promises';
import { CASES } from './cases/index.ts';
import { differences } from './compare.ts';
import { normalise, type Shown } from './normalise.ts';
import { openOurs } from './ours.ts';
import { runProbe } from './probe.ts';

const wanted = process.argv.slice(2);
for (const [file, probes] of Object.entries(CASES)) {
  if (wanted.length > 0 && !wanted.includes(file)) continue;
  const recorded = JSON.parse(await readFile(new URL(`recorded/${file}.json`, import.meta.url), 'utf8')) as Record<
    string,
    Shown[]
  >;
  for (const probe of probes) {
    await using ours = await openOurs();
    const answers = normalise(await runProbe(ours, probe, 'probe-1'), probe.steps, 'probe-1');
    const lines = differences(probe, recorded[probe.title] ?? [], answers);
    if (lines.length > 0) console.log([`== ${file}: ${probe.title}`, ...lines].join('\n'));
  }
}
