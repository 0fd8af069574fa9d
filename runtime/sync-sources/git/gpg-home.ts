import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRuntimeError, RuntimeError } from '../../errors.ts';
import type { SourceTools } from '../create.ts';

/** Nobody is asked and nothing is started; whoever is in here was named, which is all the trust there is. */
const settings = `batch
no-tty
no-autostart
no-auto-key-locate
no-auto-key-import
disable-dirmngr
trust-model always
no-greeting
no-permission-warning
`;

/** Makes a home for gpg that knows these public keys. Rejects with InvalidArgument for what is no key, Unsupported without gpg. */
export async function importKeys(
  home: string,
  keys: readonly Uint8Array[],
  { host, signal }: SourceTools,
): Promise<void> {
  await mkdir(home, { mode: 0o700 });
  await writeFile(join(home, 'gpg.conf'), settings, { mode: 0o600 });
  for (const [index, key] of keys.entries()) {
    try {
      await host.run('gpg', ['--quiet', '--import'], {
        input: key,
        environment: { HOME: home, GNUPGHOME: home },
        deadline: 30_000,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw importFailure(index, error);
    }
  }
}

function importFailure(index: number, error: unknown): unknown {
  if (isRuntimeError(error, 'Unsupported')) {
    return new RuntimeError(
      'Unsupported',
      'gpg is not installed, which checks this signature: install the package gnupg',
      {
        cause: error,
      },
    );
  }
  if (!isRuntimeError(error, 'Internal')) return error;
  return new RuntimeError('InvalidArgument', `gpg does not take the public key ${index + 1}: ${error.message}`, {
    cause: error,
  });
}
