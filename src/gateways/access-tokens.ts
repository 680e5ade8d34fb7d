/** Where a bearer token for Google's APIs comes from. */
export interface AccessTokens {
  /** A token that is valid for at least a minute. `GatewayError` kind `unauthenticated` when there is none. */
  getAccessToken(): Promise<string>;
}
