/**
 * Brings the machine to where quickstart or the tests can start: finds what is missing and installs it with apt. Idempotent,
 * and quick and offline when nothing is missing.
 *
 * Usage: node tools/setup/main.ts quickstart|test
 */
import { findOnPath, missingFor, withoutPackages, type Purpose, type Requirement } from './requirements.ts';
import { installPackages } from './install.ts';
import { unpackKubectl, withoutNewerKubectl } from './kubectl.ts';

const ownPath = process.env['PATH'] ?? '';
/** Where a daemon of root would find programs, whatever PATH this shell has. */
const searchPath = `${withoutPackages(ownPath)}:/usr/sbin:/sbin`;

async function main(purpose: string | undefined): Promise<number> {
  if (purpose !== 'quickstart' && purpose !== 'test') {
    console.error('usage: node tools/setup/main.ts quickstart|test');
    return 2;
  }
  if (purpose === 'test') await provideKubectl();
  const missing = await missingFor(purpose, searchPath);
  if (missing.length === 0) return 0;
  if (process.getuid?.() !== 0) return explain(missing, purpose);
  const installed = await installPackages(missing);
  for (const line of installed) console.log(`set-up: installed ${line}`);
  const left = await missingFor(purpose, searchPath);
  for (const each of left) console.error(`set-up: still missing after the installation: ${describe(each)}`);
  return left.length === 0 ? 0 : 1;
}

/** Where no kubectl can be had, the suite with kubectl says that there is none; nothing else needs it, so set-up goes on. */
async function provideKubectl(): Promise<void> {
  try {
    const unpacked = await unpackKubectl();
    if (unpacked !== undefined) console.log(`set-up: ${unpacked}`);
  } catch (error) {
    console.error(`set-up: ${withoutNewerKubectl(await findOnPath('kubectl', ownPath), error as Error)}`);
  }
}

function explain(missing: readonly Requirement[], purpose: Purpose): number {
  for (const each of missing) console.error(`set-up: missing ${describe(each)}`);
  console.error(`set-up: only root can install packages. Run this once, then again what you ran:`);
  console.error(`  sudo env PATH="$PATH" node tools/setup/main.ts ${purpose}`);
  console.error(`or install them yourself (on Debian 12, containerd and docker.io from Debian 13):`);
  console.error(`  sudo apt-get install --no-install-recommends ${missing.map((each) => each.package).join(' ')}`);
  return 1;
}

function describe({ program, package: name, why }: Requirement): string {
  return `${program} (package ${name}): ${why}`;
}

process.exitCode = await main(process.argv[2]);
