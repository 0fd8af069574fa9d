/** The page names every key that there is. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCredentialKeys } from '../../../cli/commands/convert/build/credentials.ts';
import { buildKeys } from '../../../cli/commands/convert/build/keys.ts';
import { buildSourceKeys } from '../../../cli/commands/convert/build/sources.ts';
import { networkKeys } from '../../../cli/commands/convert/project/networks.ts';
import { volumeKeys } from '../../../cli/commands/convert/project/volumes.ts';
import { serviceKeys } from '../../../cli/commands/convert/service/service.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/convert.md'), 'utf8');
const section = (title: string): string => page.split(`## ${title}`)[1]?.split('\n## ')[0] ?? '';

for (const [title, keys] of [
  ['Services', serviceKeys],
  ['Builds', { ...buildKeys, ...buildSourceKeys, ...buildCredentialKeys }],
  ['Networks, volumes, configs, secrets', { ...networkKeys, ...volumeKeys }],
] as const)
  test(`docs/convert.md has every key of: ${title}`, (t) => {
    t.deepEqual(
      Object.keys(keys).filter((key) => !section(title).includes(`\`${key}\``)),
      [],
    );
  });
