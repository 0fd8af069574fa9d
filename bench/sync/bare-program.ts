/**
 * The shortest way from a file to its object: `node bare-program.ts FILE SOCKET`. Watches the file, reads and parses it at each change, and sends it by
 * server-side apply. Half a file, a file that is replaced, what vanished and what others changed are no matter to it. Says `ready` over the IPC channel.
 */
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { createHttpClient } from '../../client/http.ts';
import type { ObjectInput } from '../../schemas/object.ts';

const [path = '', socketPath = ''] = process.argv.slice(2);
const client = await createHttpClient({ connection: { socketPath }, userAgent: 'tsmoby-bench-bare/1' });

async function send(): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (text !== '') await client.apply(parse(text) as ObjectInput, { fieldManager: 'bare', force: true });
}

await send();
watch(path, () => void send());
process.on('disconnect', () => process.exit());
process.send?.('ready');
