import test from 'ava';
import { commandHelp, wrap } from '../../cli/flags/help.ts';
import { parseFlags } from '../../cli/flags/parse.ts';
import { COMMANDS } from '../../cli/commands/table.ts';
import { generalHelp } from '../../cli/help.ts';

const FLAGS = {
  all: { type: 'boolean', short: 'A', help: '' },
  wait: { type: 'boolean', short: 'w', default: true, help: '' },
  name: { type: 'text', short: 'n', value: 'X', help: '' },
  how: { type: 'text', value: 'X', choices: ['a', 'b'], default: 'a', bare: 'b', help: '' },
  file: { type: 'texts', short: 'f', value: 'X', help: '' },
  keys: { type: 'texts', value: 'X', commas: true, help: '' },
  tail: { type: 'integer', value: 'X', help: '' },
  time: { type: 'duration', value: 'X', default: 0, help: '' },
} as const;

const NOTHING = { all: false, wait: true, name: undefined, how: 'a', file: [], keys: [], tail: undefined, time: 0 };

const ROWS: readonly (readonly [line: string, flags: object, args: readonly string[]])[] = [
  ['', {}, []],
  ['a b', {}, ['a', 'b']],
  ['a -A b', { all: true }, ['a', 'b']],
  ['--all=false --wait=false x', { all: false, wait: false }, ['x']],
  ['--wait x', { wait: true }, ['x']],
  ['-n x', { name: 'x' }, []],
  ['-nx', { name: 'x' }, []],
  ['-n=x', { name: 'x' }, []],
  ['-Anx y', { all: true, name: 'x' }, ['y']],
  ['--name=a=b', { name: 'a=b' }, []],
  ['--name -x', { name: '-x' }, []],
  ['--how x', { how: 'b' }, ['x']],
  ['--how=a', { how: 'a' }, []],
  ['-f a -f - -fb', { file: ['a', '-', 'b'] }, []],
  ['--keys a,b --keys c', { keys: ['a', 'b', 'c'] }, []],
  ['--tail -1', { tail: -1 }, []],
  ['--time 1m30s', { time: 90_000 }, []],
  ['--time 5', { time: 5000 }, []],
  ['-- -A --nope', {}, ['-A', '--nope']],
  ['-', {}, ['-']],
];

for (const [line, flags, args] of ROWS) {
  test(`"${line}" is read as kubectl reads it`, (t) => {
    const parsed = parseFlags(line === '' ? [] : line.split(' '), FLAGS);
    t.deepEqual(parsed.flags, { ...NOTHING, ...flags } as typeof parsed.flags);
    t.deepEqual(parsed.args, args);
  });
}

const REFUSED: readonly (readonly [line: string, message: string])[] = [
  ['--nmae=x', 'unknown flag: --nmae (did you mean --name?)'],
  ['--constructor', 'unknown flag: --constructor'],
  ['-z', "unknown shorthand flag: 'z' in -z"],
  ['-Az', "unknown shorthand flag: 'z' in -Az"],
  ['--name', 'flag needs an argument: --name'],
  ['-n', "flag needs an argument: 'n' in -n"],
  ['--all=maybe', 'invalid argument "maybe" for "-A, --all" flag: must be true or false'],
  ['--how=c', 'invalid argument "c" for "--how" flag: must be one of "a", "b"'],
  ['--tail=1.5', 'invalid argument "1.5" for "--tail" flag: must be a whole number'],
  [
    '--time=soon',
    'invalid argument "soon" for "--time" flag: invalid duration "soon": write it like 30s, 5m, 1h30m or 250ms',
  ],
];

for (const [line, message] of REFUSED) {
  test(`"${line}" is refused`, (t) => {
    t.throws(() => parseFlags(line.split(' '), FLAGS), { name: 'UsageError', message });
  });
}

test('what was given is known, also where it is the default', (t) => {
  t.deepEqual(parseFlags(['--wait'], FLAGS).given, new Set(['wait']));
});

test('wrapped text keeps its words and its width', (t) => {
  t.is(wrap('one two three four', 12, 2), '  one two\n  three four');
  t.is(wrap('incomprehensibilities', 10, 0), 'incomprehensibilities');
});

for (const columns of [40, 80, 200]) {
  test(`help fits into ${String(columns)} columns`, async (t) => {
    const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));
    t.true(longest(generalHelp(columns)) <= Math.max(columns, 80));
    for (const entry of COMMANDS) {
      const command = await entry.load();
      t.is(command.name, entry.name);
      const options = commandHelp(command, columns).split('Options:')[1] ?? '';
      t.true(longest(options) <= columns, `${entry.name}: ${options}`);
    }
  });
}

test('no command has two flags of one letter', async (t) => {
  for (const entry of COMMANDS) {
    const { flags } = await entry.load();
    const letters = Object.values(flags).flatMap(({ short }) => (short === undefined ? [] : [short]));
    t.is(new Set(letters).size, letters.length, entry.name);
  }
});
