/** How what is ours is told from what is others': a table of our own, and a comment on rules in theirs. */
export interface FirewallNames {
  readonly table: string;
  readonly comment: string;
}

export const firewallNames = (storeIdentity: string): FirewallNames => ({
  table: `tsmoby_${storeIdentity.slice(0, 8)}`,
  comment: `tsmoby:${storeIdentity}`,
});
