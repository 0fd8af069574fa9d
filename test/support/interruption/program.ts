/**
 * For the test of interruption: opens a folder, a thing to be closed and a process in the folder, says so, and then waits for ever.
 * `program.ts LOG throws`: what is open does not close.
 */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder, whenInterrupted } from '../interruption.ts';

const [log = '', how = ''] = process.argv.slice(2);
const folder = await makeFolder('/tmp/tsm-int-');
const child = spawn('sleep', ['600'], { argv0: `${folder}/sleep`, stdio: 'ignore' });
for (const name of ['first', 'second']) {
  whenInterrupted(async () => {
    appendFileSync(log, `${name} closes\n`);
    await sleep(10);
    if (how === 'throws') throw new Error(`${name} does not close`);
    appendFileSync(log, `${name} is closed\n`);
  });
}
setInterval(() => undefined, 1000);
console.log(JSON.stringify({ folder, child: child.pid }));
