/** The files of an archive, however it is packed. Paths are relative, with forward slashes, as the archive's format names them. */
export interface ArchiveFiles extends AsyncDisposable {
  /** Bytes; undefined when there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** A small file as a whole; undefined when there is none. Rejects with Corrupt when it is larger than `limit` bytes. */
  read(path: string, limit: number): Promise<Uint8Array | undefined>;
  /** A file's bytes from `offset` on. Rejects with Corrupt when there is no such file, or less of it than there should be. */
  stream(path: string, offset: number): AsyncIterable<Uint8Array>;
}
