/**
 * Brings the machine to where quickstart or the tests can start: finds what is missing and installs it with apt. Idempotent,
 * and quick and offline when nothing is missing.
 *
 * Usage: node tools/setup/main.ts quickstart|test
 */
import { join } from 'node:path';
import { missingFor, type Purpose, type Requirement } from './requirements.ts';
import { installPackages } from './install.ts';
import { unpackKubectl } from './kubectl.ts';

const kubectlDirectory = join(import.meta.dirname, '../../.cache/kubectl');

/** Where a daemon of root would find programs, whatever PATH this shell has; and our own kubectl. */
const searchPath = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:${kubectlDirectory}/usr/bin`;

async function main(purpose: string | undefined): Promise<number> {
  if (purpose !== 'quickstart' && purpose !== 'test') {
    console.error('usage: node tools/setup/main.ts quickstart|test');
    return 2;
  }
  const missing = await missingFor(purpose, searchPath);
  if (missing.length === 0) return 0;
  if (process.getuid?.() !== 0) return explain(missing, purpose);
  const byApt = missing.filter((each) => each.package !== 'kubernetes-client');
  const installed = byApt.length > 0 ? await installPackages(byApt.map((each) => each.package)) : [];
  if (byApt.length < missing.length) installed.push(await unpackKubectl(kubectlDirectory));
  for (const line of installed) console.log(`set-up: installed ${line}`);
  const left = await missingFor(purpose, searchPath);
  for (const each of left) console.error(`set-up: still missing after the installation: ${describe(each)}`);
  return left.length === 0 ? 0 : 1;
}

function explain(missing: readonly Requirement[], purpose: Purpose): number {
  for (const each of missing) console.error(`set-up: missing ${describe(each)}`);
  console.error(`set-up: only root can install packages. Run this once, then again what you ran:`);
  console.error(`  sudo env PATH="$PATH" node tools/setup/main.ts ${purpose}`);
  console.error(`or install them yourself (containerd must be 1.7 or newer, from Debian 13 on Debian 12):`);
  console.error(`  sudo apt-get install --no-install-recommends ${missing.map((each) => each.package).join(' ')}`);
  return 1;
}

function describe({ program, package: name, why }: Requirement): string {
  return `${program} (package ${name}): ${why}`;
}

process.exitCode = await main(process.argv[2]);
