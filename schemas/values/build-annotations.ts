/** What is asked of Builds and Builders by annotations: parts of the kinds' interface, which other kinds and commands set. */

/** On a Build. Any new value: all that goes in is looked at again, and it is built, whether or not anything changed (but
 *  see `isLook`). */
export const BUILD_REQUEST_ANNOTATION = 'tsmoby.dev/build-request';

/** On a Build, the number of the build that is to be ended; it is not begun again until something changes, or it is asked for. */
export const CANCEL_BUILD_ANNOTATION = 'tsmoby.dev/cancel-build';

/** On a Builder, a point in time (RFC 3339) since when somebody wants it to run; a later one is another wish. */
export const BUILDER_WANTED_ANNOTATION = 'tsmoby.dev/builder-wanted';

const LOOK = 'look-';

/** A request to look at everything that goes in, and to build only what is new. `at`: whatever makes it another one than the last. */
export const lookRequest = (at: string): string => `${LOOK}${at}`;

export const isLook = (request: string): boolean => request.startsWith(LOOK);
