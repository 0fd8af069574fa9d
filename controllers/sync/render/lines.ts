import type { ManifestFile } from '../../../runtime/ports/manifest-files.ts';
import { LineIndex } from '../../../schemas/text/text-error.ts';
import { decodeUtf8 } from '../../../schemas/text/utf8.ts';

/** Tables of lines. Only that of the last file is kept: they are asked for when something is wrong, often many times for one file. */
export class LinesOfFiles {
  #file: ManifestFile | undefined;
  #lines = new LineIndex('');

  of(file: ManifestFile): LineIndex {
    if (file !== this.#file) this.#lines = new LineIndex(decodeUtf8(file.bytes));
    this.#file = file;
    return this.#lines;
  }
}
