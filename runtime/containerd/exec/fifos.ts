/**
 * The FIFOs of exec'ed processes: `<run>/exec/<instance>+<exec id>.<in|out|err>`. Their names are the only list of such processes there
 * is (containerd cannot be asked for one), so they stay until the process is gone: a daemon that comes later ends what it finds here.
 */
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Whose process: ids of containerd have letters, digits, `.`, `_` and `-` only. */
export interface ExecName {
  readonly id: string;
  readonly execId: string;
}

export interface ExecFifos {
  readonly stdin?: string;
  readonly stdout: string;
  /** Absent with a terminal. */
  readonly stderr?: string;
}

const SUFFIXES = ['in', 'out', 'err'] as const;

/** Unlike that of any other process of this daemon. */
export function execKey({ id, execId }: ExecName): string {
  return `${id}+${execId}`;
}

export function execFifos(
  runDirectory: string,
  name: ExecName,
  { terminal, stdin }: { readonly terminal: boolean; readonly stdin: boolean },
): ExecFifos {
  const base = join(directoryOf(runDirectory), execKey(name));
  return {
    ...(stdin ? { stdin: `${base}.in` } : {}),
    stdout: `${base}.out`,
    ...(terminal ? {} : { stderr: `${base}.err` }),
  };
}

/** All that are there, of whichever daemon. */
export async function listExecs(runDirectory: string): Promise<readonly ExecName[]> {
  const names = await readdir(directoryOf(runDirectory)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found = new Map<string, ExecName>();
  for (const name of names) {
    const [, id, execId] = /^([^+]+)\+([^+]+)\.(?:in|out|err)$/.exec(name) ?? [];
    if (id !== undefined && execId !== undefined) found.set(execKey({ id, execId }), { id, execId });
  }
  return [...found.values()];
}

/** Success when they are gone already. */
export async function removeExecFifos(runDirectory: string, name: ExecName): Promise<void> {
  const base = join(directoryOf(runDirectory), execKey(name));
  await Promise.all(
    SUFFIXES.map((suffix) =>
      unlink(`${base}.${suffix}`).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      }),
    ),
  );
}

const directoryOf = (runDirectory: string): string => join(runDirectory, 'exec');
