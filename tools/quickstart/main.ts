/**
 * The guided first run: starts a daemon, applies samples/quickstart, and shows that it serves. `--down` takes everything away
 * again: objects, containers, daemon, logd, containerd, mounts, cgroups and data; only the packages stay.
 */
import { rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tearDown } from '../../cli/daemon/tear-down.ts';
import { buildInto } from '../build/bundle.ts';
import { placeBusybox } from './busybox.ts';
import { startDaemon, stopDaemon, isHeld } from './daemon.ts';
import { checkout, places } from './places.ts';
import { quietly, show } from './run.ts';

const ADDRESS = 'http://127.0.0.1:18080/';

async function main(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg !== '--down')) {
    console.error('usage: npm run quickstart [-- --down]');
    return 2;
  }
  if (process.getuid?.() !== 0) {
    console.error('quickstart needs root: containers, mounts and cgroups are made. Run it again with sudo.');
    return 1;
  }
  return args.includes('--down') ? down() : up();
}

async function up(): Promise<number> {
  await rm(places.link, { force: true });
  await symlink('../../cli/tsmoby', places.link);
  await rm(places.dist, { recursive: true, force: true });
  await buildInto(`${checkout}/`, places.dist);
  await placeBusybox(places.busybox);
  await startDaemon();
  const steps = [
    ['apply', '-f', 'samples/quickstart'],
    ['logs', 'build/site', '-f'],
    ['wait', 'container/web', 'container/counter', '--for=condition=Ready', '--timeout=60s'],
    ['get', 'builds,containers', '-o', 'wide'],
    ['logs', 'counter', '--tail=3'],
  ];
  for (const step of steps) {
    const code = await show(...step);
    if (code !== 0) return explain(code);
  }
  console.log(`\n$ curl ${ADDRESS}`);
  console.log(await fetchPage());
  console.log(NEXT);
  return 0;
}

/** The server listens a moment after its process started. */
async function fetchPage(tries = 50): Promise<string> {
  try {
    return (await (await fetch(ADDRESS)).text()).trimEnd();
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return fetchPage(tries - 1);
  }
}

async function explain(code: number): Promise<number> {
  await show('get', 'builders,builds,containers,volumes');
  await show('describe', 'build', 'site');
  await show('events');
  console.error(`\nThat did not work. The daemon's own words are in ${places.output}`);
  return code;
}

async function down(): Promise<number> {
  if (await isHeld(places.data)) {
    await show('delete', '-f', 'samples/quickstart', '--ignore-not-found', '--timeout=60s');
    await quietly('delete', 'containers,builds,images,volumes', '--all', '-A', '--timeout=60s');
    await stopDaemon();
  }
  const quiet = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error };
  if (await isHeld(places.run)) console.error(`another tsmoby daemon uses ${places.run}; it is left alone`);
  else await tearDown({ dataDirectory: places.data, runDirectory: places.run, log: quiet });
  await rm(dirname(places.data), { recursive: true, force: true });
  await rm(places.busybox, { force: true });
  await rm(places.link, { force: true });
  console.log('Everything that quickstart made is gone; the packages stay.');
  return 0;
}

const NEXT = `
It stays that way. Change it:

  echo '<h1>Edited</h1>' > samples/quickstart/site/index.html
  npx tsmoby logs build/site -f            # it is built again, and the container follows
  curl ${ADDRESS}

Try to break it:

  npx tsmoby describe container web        # why it is what it is
  kill -9 $(npx tsmoby get container web -o jsonpath={.status.pid})
  npx tsmoby get containers -w             # and it is back; RESTARTS counts
  npx tsmoby logs counter -f
  kubectl --kubeconfig .cache/quickstart/data/kubeconfig get containers

Take everything away again:  npm run quickstart -- --down
`;

process.exitCode = await main(process.argv.slice(2));
