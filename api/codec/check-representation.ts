import { kindRefOf } from '../../schemas/kinds.ts';
import { SUPPORTED_ANSWERS, type Representation } from '../negotiate.ts';
import type { ServedResource } from '../registry/resource.ts';
import { notAcceptable } from '../status-error.ts';
import { PROTOBUF } from './media-types.ts';

/**
 * Before anything is done: throws NotAcceptable when the client takes protobuf alone and the kind has no message. The
 * metadata of an object of any kind has one.
 */
export async function checkRepresentation(
  { encoding, transform }: Representation,
  { definition }: ServedResource,
): Promise<void> {
  if (encoding !== 'protobuf' || transform.as !== 'object') return;
  const { hasMessage } = await import('./protobuf/encode.ts');
  if (!hasMessage(kindRefOf(definition))) throw notAcceptable(SUPPORTED_ANSWERS.filter((type) => type !== PROTOBUF));
}
