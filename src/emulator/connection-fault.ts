/**
 * The connection ends without a whole answer. A caller of `fetch` sees it as an error with the code that Node gives;
 * the server does to the socket what `kind` says.
 */
export class ConnectionFault extends Error {
  readonly kind: 'reset' | 'half-close';
  readonly code: string;

  constructor(kind: 'reset' | 'half-close') {
    super(kind === 'reset' ? 'read ECONNRESET' : 'other side closed');
    this.name = 'ConnectionFault';
    this.kind = kind;
    this.code = kind === 'reset' ? 'ECONNRESET' : 'UND_ERR_SOCKET';
  }
}
