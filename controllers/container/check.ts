import type { ImageRecord } from '../../runtime/ports/images.ts';
import { resolveDevices } from './devices.ts';
import { resolveEnvironment } from './environment.ts';
import { checkMounts, type MountsView } from './mounts.ts';
import { checkQuestions } from './probe-spec.ts';
import { checkNetworks } from './sandbox.ts';
import { commandOf } from './translate.ts';
import { resolveUser, type UserFiles } from './user.ts';
import type { Look } from './work.ts';

/** As much of an image as says what can be run of it. */
export interface Content {
  readonly record: ImageRecord;
  readonly userFiles: UserFiles;
}

/**
 * Whether an instance could be made now. Changes nothing; throws the outcome that making one would. Without content, what hangs on it is taken
 * to be there.
 */
export async function checkInstance(look: Look, content: Content | undefined, { volumes }: MountsView): Promise<void> {
  const { container, context } = look;
  checkQuestions(container);
  const environment = resolveEnvironment(container, context.reader);
  if (content !== undefined) {
    const { record, userFiles } = content;
    resolveUser(record.config.user, container.spec.securityContext, userFiles);
    commandOf(container, record.config, environment);
  }
  checkNetworks(look);
  await checkMounts(container, context.reader, { volumes });
  await resolveDevices(container, volumes);
}
