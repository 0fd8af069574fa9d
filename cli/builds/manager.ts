import type { KubeObject } from '../../schemas/object.ts';

/** Who makes objects of a command line, asks for builds, and cancels them. */
export const BUILD_MANAGER = 'tsmoby-build';

/** Whether a `tsmoby build PATH` made it, and nobody else who just chose the same name. */
export const isMadeByBuild = ({ metadata: { managedFields = [] } }: KubeObject): boolean =>
  managedFields.some(({ manager, operation }) => manager === BUILD_MANAGER && operation === 'Apply');
