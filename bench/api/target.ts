/** Where a measured server listens, and as whom the bench speaks to it. Crosses to the client's process as it is. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** PEM: who vouches for the server, and what the client shows. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}
