import { apiVersionOf } from '../../schemas/kinds.ts';
import { connectionFlags } from '../connect/flags.ts';
import type { Flags } from '../flags/flags.ts';
import { print } from '../io.ts';
import { resourceOf, type KindInfo } from '../kinds/directory.ts';
import { layoutOf, lineOf } from '../output/columns.ts';
import { defineCommand } from './command.ts';

const resourcesFlags = {
  ...connectionFlags,
  namespaced: {
    type: 'text',
    value: 'BOOL',
    bare: 'true',
    choices: ['true', 'false'],
    help: 'Only kinds with namespaces, or (false) only those without.',
  },
  'api-group': { type: 'text', value: 'GROUP', help: 'Only kinds of this group.' },
  verbs: { type: 'texts', value: 'VERBS', commas: true, help: 'Only kinds that can do all of these.' },
  'no-headers': { type: 'boolean', help: 'Leave the line of column names out.' },
  output: { type: 'text', short: 'o', value: 'FORMAT', choices: ['wide', 'name'], help: 'wide or name.' },
} as const satisfies Flags;

export const apiResources = defineCommand({
  name: 'api-resources',
  usage: [''],
  description: 'Show the kinds that the server knows, with what they may be called.',
  flags: resourcesFlags,
  async run({ flags, io, session: open }) {
    const { kinds } = await open();
    const shown = (await kinds.served()).filter(
      ({ scope, group, verbs = [] }) =>
        (flags.namespaced === undefined || (flags.namespaced === 'true') === (scope === 'Namespaced')) &&
        (flags['api-group'] === undefined || flags['api-group'] === group) &&
        flags.verbs.every((verb) => verbs.includes(verb)),
    );
    if (flags.output === 'name') {
      await print(io.stdout, shown.map((kind) => `${resourceOf(kind)}\n`).join(''));
      return 0;
    }
    const wide = flags.output === 'wide';
    const header = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
    const rows = shown.map((kind) => rowOf(kind, wide));
    const lines = flags['no-headers'] ? rows : [header, ...rows];
    const terminal = io.stdout.isTTY === true && !wide ? io.stdout.columns : undefined;
    const layout = layoutOf(lines, { terminal, whole: [0] });
    await print(io.stdout, lines.map((row) => `${lineOf(row, layout)}\n`).join(''));
    return 0;
  },
});

const rowOf = (kind: KindInfo, wide: boolean): readonly string[] => [
  kind.plural,
  kind.shortNames.join(','),
  apiVersionOf(kind),
  String(kind.scope === 'Namespaced'),
  kind.kind,
  ...(wide ? [(kind.verbs ?? []).join(','), kind.categories.join(',')] : []),
];
