import { isObject } from '../../schemas/structural/own.ts';
import { connectionFlags } from '../connect/flags.ts';
import { isUnreachable } from '../connect/session.ts';
import type { Flags } from '../flags/flags.ts';
import { note, print } from '../io.ts';
import { errorLines } from '../output/error-lines.ts';
import { VERSION } from '../version.ts';
import { defineCommand } from './command.ts';

const versionFlags = {
  ...connectionFlags,
  client: { type: 'boolean', help: 'Only the version of this program; ask no server.' },
  output: { type: 'text', short: 'o', value: 'FORMAT', choices: ['json', 'yaml'], help: 'json or yaml.' },
} as const satisfies Flags;

export const version = defineCommand({
  name: 'version',
  usage: [''],
  description: 'Show the versions of this program and of the daemon.',
  flags: versionFlags,
  async run({ flags, io, session: open }) {
    const clientVersion = {
      gitVersion: `v${VERSION}`,
      platform: `${process.platform}/${process.arch}`,
      node: process.version,
    };
    let serverVersion: unknown;
    let failed = false;
    if (!flags.client) {
      const session = await open();
      try {
        serverVersion = await session.client.raw('/version');
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        failed = true;
        for (const line of errorLines(error, session.where)) note(io, line);
      }
    }
    const all = { clientVersion, ...(serverVersion === undefined ? {} : { serverVersion }) };
    if (flags.output === 'json') await print(io.stdout, `${JSON.stringify(all, undefined, 2)}\n`);
    else if (flags.output === 'yaml') {
      const { encodeYaml } = await import('../../schemas/text/encode-yaml.ts');
      await print(io.stdout, encodeYaml(all));
    } else {
      const server = isObject(serverVersion) ? [`Server Version: ${serverVersion['gitVersion'] as string}\n`] : [];
      await print(io.stdout, [`Client Version: ${clientVersion.gitVersion}\n`, ...server].join(''));
    }
    return failed ? 1 : 0;
  },
});
