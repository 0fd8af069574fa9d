/** A schema that cannot be used. `path` is a path in the schema, as `properties.spec.properties.size.pattern`. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly path: string;
  /** The same without the path, for a cause of a Status. */
  readonly detail: string;

  constructor(path: string, detail: string, options?: ErrorOptions) {
    super(`schema${path === '' ? '' : ` at ${path}`}: ${detail}`, options);
    this.path = path;
    this.detail = detail;
  }
}
