import { stat } from 'node:fs/promises';
import { RuntimeError } from '../errors.ts';
import { errnoOf, meaningOf } from '../file-failure.ts';

/** Rejects with NotFound (SourceNotFound) when there is no such directory, InvalidArgument for anything else that stands there. */
export async function checkDirectory(path: string): Promise<void> {
  if (!path.startsWith('/')) {
    throw new RuntimeError('InvalidArgument', `the path of a source is absolute, which ${JSON.stringify(path)} is not`);
  }
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new RuntimeError('NotFound', `there is no directory ${path}`, { cause: error, reason: 'SourceNotFound' });
    }
    throw new RuntimeError('InvalidArgument', `${path} cannot be read: ${meaningOf(error)}`, { cause: error });
  }
  if (!isDirectory) throw new RuntimeError('InvalidArgument', `${path} is no directory`);
}
