/** What a build may ask for beyond a sandbox, in BuildKit's own words. */
export const BUILD_ENTITLEMENTS = ['network.host', 'security.insecure'] as const;

export type BuildEntitlement = (typeof BUILD_ENTITLEMENTS)[number];
