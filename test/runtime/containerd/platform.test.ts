import test from 'ava';
import { formatPlatform, normalize, parsePlatform, platformRank } from '../../../runtime/containerd/images/platform.ts';

const rank = (wanted: string, offered: string): number | undefined =>
  platformRank(parsePlatform(wanted), parsePlatform(offered));

/** Best first; the last ones do not run at all. */
const rows: readonly (readonly [wanted: string, runs: readonly string[], not: readonly string[]])[] = [
  ['linux/amd64', ['linux/amd64', 'linux/386'], ['linux/arm64', 'windows/amd64', 'linux/amd64/v3']],
  ['linux/amd64/v3', ['linux/amd64/v3', 'linux/amd64/v2', 'linux/amd64', 'linux/386'], ['linux/amd64/v4']],
  ['linux/arm64', ['linux/arm64', 'linux/arm/v7', 'linux/arm/v6'], ['linux/amd64', 'linux/arm64/v9']],
  ['linux/arm/v7', ['linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'], ['linux/arm/v8', 'linux/arm64']],
  ['linux/s390x', ['linux/s390x'], ['linux/amd64']],
  ['linux/riscv64', ['linux/riscv64'], ['linux/riscv32']],
];

for (const [wanted, runs, not] of rows) {
  test(`where ${wanted} is asked for, ${runs.join(' before ')} will do`, (t) => {
    const ranks = runs.map((offered) => rank(wanted, offered) ?? Number.NaN);
    t.deepEqual(
      ranks,
      ranks.toSorted((a, b) => a - b),
    );
    t.is(new Set(ranks).size, runs.length);
    for (const offered of not) t.is(rank(wanted, offered), undefined, offered);
  });
}

for (const [written, meant] of [
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/aarch64', 'linux/arm64'],
  ['Linux/x86_64', 'linux/amd64'],
  ['linux/amd64/v1', 'linux/amd64'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/6', 'linux/arm/v6'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/i386', 'linux/386'],
] as const) {
  test(`${written} means ${meant}`, (t) => {
    t.is(formatPlatform(parsePlatform(written)), meant);
    t.deepEqual(normalize(parsePlatform(written)), parsePlatform(written), 'once is enough');
  });
}

test('what is no platform is InvalidArgument', (t) => {
  for (const text of ['', 'linux', 'linux/', '/amd64', 'linux/amd64/v2/x']) {
    t.throws(() => parsePlatform(text), { code: 'InvalidArgument' }, text);
  }
});
