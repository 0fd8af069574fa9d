/** Plugins that fail when a test wants it, and the real ones otherwise. */
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pluginDirectories } from '../../../runtime/network/cni/plugins.ts';

export interface WrappedPlugins {
  /** For CNI_PATH. */
  readonly path: string;
  /**
   * The next call of the plugin with this command fails: before it has done anything, or when it has done everything and cannot say so.
   */
  failNext(type: string, command: 'ADD' | 'DEL', when: 'before' | 'after'): Promise<void>;
  /** Failures that have not come about. */
  pending(): Promise<readonly string[]>;
  /** As if it were not installed. */
  uninstall(type: string): Promise<void>;
}

const ERROR = '{"cniVersion":"1.0.0","code":100,"msg":"the test says no","details":"as it was told"}';

export async function wrapPlugins(folder: string, types: readonly string[]): Promise<WrappedPlugins> {
  const [path, failures] = [join(folder, 'cni'), join(folder, 'failures')];
  await mkdir(path, { recursive: true });
  await mkdir(failures, { recursive: true });
  const [real = ''] = pluginDirectories('/usr/lib/cni');
  for (const type of types) {
    const script = `#!/bin/sh
fail() { rm "${failures}/${type} $CNI_COMMAND $1"; echo '${ERROR}'; exit 1; }
[ -e "${failures}/${type} $CNI_COMMAND before" ] && fail before
[ -e "${failures}/${type} $CNI_COMMAND after" ] || exec ${real}/${type}
${real}/${type} >/dev/null && fail after
`;
    await writeFile(join(path, type), script);
    await chmod(join(path, type), 0o755);
  }
  return {
    path,
    failNext: (type, command, when) => writeFile(join(failures, `${type} ${command} ${when}`), ''),
    pending: () => readdir(failures),
    uninstall: (type) => rm(join(path, type)),
  };
}
