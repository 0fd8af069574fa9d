import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';

/** Where distributions and the plugins' own releases put them. */
const USUAL = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];

/** CNI_PATH of the daemon's environment, else the usual places. */
export function pluginDirectories(cniPath: string | undefined): readonly string[] {
  const named = (cniPath ?? '').split(':').filter((directory) => directory !== '');
  return named.length > 0 ? named : USUAL;
}

/** Absolute path of a plugin. Rejects: Unsupported (reason CniPluginMissing). */
export async function findPlugin(type: string, directories: readonly string[]): Promise<string> {
  for (const directory of directories) {
    const path = join(directory, type);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw missingPlugin(type, directories);
}

export function missingPlugin(type: string, directories: readonly string[], cause?: unknown): RuntimeError {
  const message = `the CNI plugin ${type} is not in ${directories.join(', ')}: install containernetworking-plugins, or set CNI_PATH`;
  return new RuntimeError('Unsupported', message, {
    reason: 'CniPluginMissing',
    ...(cause === undefined ? {} : { cause }),
  });
}
