import { existsSync } from 'node:fs';
import type { TestFn } from 'ava';
import { missingFor } from '../../../tools/setup/requirements.ts';
import { startBuildkitd } from './buildkitd.ts';
import { startDockerd } from './dockerd.ts';
import { SYSTEM_PATH } from './runc.ts';
import type { TestBuilder } from './test-builder.ts';

/** Where BuildKits differ: in whose containerd they store, and how they are reached. */
export type BuilderName = 'dockerd-ours' | 'dockerd-other' | 'buildkitd-oci' | 'buildkitd-containerd' | 'buildkitd-tls';

export interface BuilderStarter {
  readonly name: BuilderName;
  /** `containerd`: socket of ours. `dockerd-other`, `buildkitd-oci` and `buildkitd-tls` (oci, too) have nothing to do with it. */
  readonly start: (containerd: string) => Promise<TestBuilder>;
}

export interface AvailableBuilders {
  readonly starters: readonly BuilderStarter[];
  /** The others, and what is missing for them. */
  readonly missing: readonly { readonly name: BuilderName; readonly why: string }[];
}

/** Names the program for the buildkitd ones: no package of Debian's has it. */
const VARIABLE = 'TSMOBY_TEST_BUILDKITD';

/** What this machine can test. Starts nothing. */
export async function availableBuilders(): Promise<AvailableBuilders> {
  const dockerd: readonly BuilderStarter[] = [
    { name: 'dockerd-ours', start: (containerd) => startDockerd({ containerd }) },
    { name: 'dockerd-other', start: () => startDockerd() },
  ];
  const lacking = await missingFor('test', SYSTEM_PATH);
  const noDockerd = lacking.some(({ program }) => program === 'dockerd')
    ? 'no dockerd of version 26 or newer is on PATH; node tools/setup/main.ts test installs it'
    : undefined;
  const { binary, why } = givenBuildkitd();
  return join(available(dockerd, noDockerd), available(buildkitds(binary), why));
}

/** The buildkitd that tests were given: its path, and why there is none to be run; undefined: there is. */
export function givenBuildkitd(): { readonly binary: string; readonly why: string | undefined } {
  const binary = process.env[VARIABLE] ?? '';
  if (binary === '') return { binary, why: `${VARIABLE} is not set to the path of a buildkitd` };
  return { binary, why: existsSync(binary) ? undefined : `${VARIABLE}: there is no ${binary}` };
}

/** Tells aloud, as skipped tests, which builders a suite was not run on. */
export function skipMissing(test: TestFn, suite: string, { missing }: AvailableBuilders): void {
  for (const { name, why } of missing) test.skip(`${suite} on ${name} (skipped: ${why})`, () => undefined);
}

function buildkitds(binary: string): readonly BuilderStarter[] {
  return [
    { name: 'buildkitd-oci', start: () => startBuildkitd({ binary, worker: 'oci' }) },
    { name: 'buildkitd-containerd', start: (containerd) => startBuildkitd({ binary, worker: { containerd } }) },
    { name: 'buildkitd-tls', start: () => startBuildkitd({ binary, worker: 'oci', tls: true }) },
  ];
}

function available(starters: readonly BuilderStarter[], why: string | undefined): AvailableBuilders {
  return why === undefined
    ? { starters, missing: [] }
    : { starters: [], missing: starters.map(({ name }) => ({ name, why })) };
}

function join(...parts: readonly AvailableBuilders[]): AvailableBuilders {
  return {
    starters: parts.flatMap(({ starters }) => starters),
    missing: parts.flatMap(({ missing }) => missing),
  };
}
