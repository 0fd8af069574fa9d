import { findAddress } from './connect/address.ts';
import { connectionFlags, type ConnectionValues } from './connect/flags.ts';
import { openSession, type Session } from './connect/session.ts';
import type { Command } from './commands/command.ts';
import { COMMANDS, findCommand } from './commands/table.ts';
import { UsageError } from './errors.ts';
import type { Flags } from './flags/flags.ts';
import { parseFlags } from './flags/parse.ts';
import { note, print, type Io } from './io.ts';
import { errorLines } from './output/error-lines.ts';
import { nearestName } from '../schemas/values/suggestion.ts';
import { VERSION } from './version.ts';

/** What a shell shows for a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const DEFAULT_COLUMNS = 80;

/** Runs one command line, without the program's own name. Resolves with the exit code; prints every failure. */
export async function runCommandLine(line: readonly string[], io: Io): Promise<number> {
  const { name, rest } = splitLine(line);
  if (name === undefined || name === 'help') return await showHelp(name === 'help' ? rest[0] : undefined, line, io);
  if (name === '__complete') {
    const { completeCommand } = await import('./complete.ts');
    return await runCommand(completeCommand(COMMANDS), rest, io);
  }
  const entry = findCommand(name);
  if (entry === undefined) {
    if (name === '--version') return await runCommandLine(['version', '--client'], io);
    note(io, unknownCommand(name));
    return 1;
  }
  const command = await entry.load();
  if (asksForHelp(rest)) return await printHelp(command, io);
  return await runCommand(command, rest, io);
}

/** The command's name is the first word that is neither a flag nor the value of one; flags before it belong to it. */
function splitLine(line: readonly string[]): { readonly name: string | undefined; readonly rest: readonly string[] } {
  let at = 0;
  while (at < line.length && line[at]?.startsWith('-')) {
    const word = line[at] ?? '';
    if (['--help', '-h', '--version'].includes(word)) break;
    at += takesNext(word) ? 2 : 1;
  }
  const name = line[at];
  if (name === undefined || name === '--help' || name === '-h') return { name: undefined, rest: [] };
  return { name, rest: [...line.slice(0, at), ...line.slice(at + 1)] };
}

const takesNext = (word: string): boolean =>
  Object.entries(connectionFlags as Flags).some(
    ([name, { short }]) => word === `--${name}` || word === `-${short ?? ''}`,
  );

function asksForHelp(rest: readonly string[]): boolean {
  const end = rest.indexOf('--');
  return rest.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

async function showHelp(topic: string | undefined, line: readonly string[], io: Io): Promise<number> {
  if (topic !== undefined && !topic.startsWith('-')) return await runCommandLine([topic, '--help'], io);
  const { generalHelp } = await import('./help.ts');
  const asked = line.some((word) => word === '--help' || word === '-h' || word === 'help') || line.length === 0;
  await print(asked ? io.stdout : io.stderr, generalHelp(io.stdout.columns ?? DEFAULT_COLUMNS));
  return asked ? 0 : 1;
}

async function printHelp(command: Command, io: Io): Promise<number> {
  const { commandHelp } = await import('./flags/help.ts');
  await print(io.stdout, commandHelp(command, io.stdout.columns ?? DEFAULT_COLUMNS));
  return 0;
}

function unknownCommand(name: string): string {
  const near = nearestName(
    name,
    COMMANDS.map((command) => command.name),
  );
  const hint = near === undefined ? '' : `\n\nDid you mean this?\n\t${near}\n`;
  return `error: unknown command "${name}" for "tsmoby"${hint}\nRun 'tsmoby --help' for usage.`;
}

async function runCommand(command: Command, rest: readonly string[], io: Io): Promise<number> {
  let session: Promise<Session> | undefined;
  let flags: unknown;
  let args = rest;
  try {
    const parsed = parseFlags(rest, command.flags);
    ({ flags, args } = parsed);
    const open = (): Promise<Session> =>
      (session ??= openSession(parsed.flags as unknown as ConnectionValues, io, `tsmoby/${VERSION}`));
    const code = await command.run({ ...parsed, io, session: open });
    return io.signal.aborted ? INTERRUPTED : code;
  } catch (error) {
    if (io.signal.aborted) return INTERRUPTED;
    for (const text of errorLines(error, await placeOf(flags, io))) note(io, text);
    if (error instanceof UsageError) note(io, `See 'tsmoby ${command.name} --help' for usage.`);
    const { failureCode = 1 } = command;
    return typeof failureCode === 'number' ? failureCode : failureCode(args);
  } finally {
    (await session?.catch(() => undefined))?.[Symbol.dispose]();
  }
}

/** For messages about a server that cannot be reached. */
async function placeOf(flags: unknown, io: Io): Promise<string> {
  try {
    return (await findAddress(flags as ConnectionValues, io)).where;
  } catch {
    return 'the server';
  }
}
