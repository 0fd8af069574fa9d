import type { Container } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError } from '../engine/contract.ts';

const KEYED = /^metadata\.(labels|annotations)\['([^']*)'\]$/;

/** The value of a downward API field, as core/v1 ObjectFieldSelector names it. An absent label or annotation is empty. */
export function fieldValue({ metadata, spec }: Container, path: string): string {
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid;
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    default: {
      const [, map, key] = KEYED.exec(path) ?? [];
      if (map !== undefined && key !== undefined) return metadata[map as 'labels' | 'annotations']?.[key] ?? '';
      throw new ReconcileError({
        type: 'stalled',
        reason: REASONS.FieldPathInvalid,
        message: `fieldRef ${JSON.stringify(path)} is none of metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], metadata.annotations['KEY'], spec.nodeName`,
      });
    }
  }
}
