/** Paths as Kubernetes writes them: `spec.versions[0].schema.openAPIV3Schema.properties[size].type`. */

/** A field below. */
export const child = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** A member of a map, or an item of a list. */
export const key = (path: string, name: string | number): string => `${path}[${String(name)}]`;

/** One property of a schema. */
export const property = (path: string, name: string): string => key(child(path, 'properties'), name);
