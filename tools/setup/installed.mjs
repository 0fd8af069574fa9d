// Whether node_modules holds what package-lock.json says: exit code 0 or 1. Compares the lock with npm's own record of
// what it installed, not modification times, which a git checkout changes. Plain JavaScript without dependencies: it runs
// before anything is installed, on whatever Node the machine has.
import { existsSync, readFileSync } from 'node:fs';

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

function installed() {
  if (!existsSync('node_modules/.package-lock.json')) return false;
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      path === '' || link || present[path]?.version === version || (optional && present[path] === undefined),
  );
}

process.exit(installed() ? 0 : 1);
